import type { Exception } from "./schema.ts";

/*
 * Which excuses of the plan count. An excuse is narrow: it names a check or a part of a restore error's message,
 * and may name the object; it ends with its last day, in UTC.
 */

/** Whether an excuse still counts at `now`: its last day is included. */
export function stillCounts(excuse: { readonly expires: string }, now: Date): boolean {
  return now.toISOString().slice(0, 10) <= excuse.expires;
}

/** What an exception may excuse: a finding of a check. */
export interface ExcusableFinding {
  readonly check: string;
  readonly object: string;
}

/** What an exception may excuse: an error of a restore. */
export interface ExcusableRestoreError {
  readonly message: string;
  readonly object: string;
}

function coversFinding(exception: Exception, finding: ExcusableFinding): boolean {
  return (
    exception.check !== undefined &&
    exception.check === finding.check &&
    (exception.object === undefined || exception.object === finding.object)
  );
}

function coversRestoreError(exception: Exception, error: ExcusableRestoreError): boolean {
  return (
    exception.restore_error !== undefined &&
    error.message.includes(exception.restore_error) &&
    (exception.object === undefined || exception.object === error.object)
  );
}

/** The exception that excuses a finding at `now`, or null where none does. */
export function excuseForFinding(
  exceptions: readonly Exception[],
  finding: ExcusableFinding,
  now: Date,
): Exception | null {
  return exceptions.find((exception) => coversFinding(exception, finding) && stillCounts(exception, now)) ?? null;
}

/** The exception that excuses a restore error at `now`, or null where none does. */
export function excuseForRestoreError(
  exceptions: readonly Exception[],
  error: ExcusableRestoreError,
  now: Date,
): Exception | null {
  return exceptions.find((exception) => coversRestoreError(exception, error) && stillCounts(exception, now)) ?? null;
}

/** What became of the plan's exceptions in one proof. */
export interface ExceptionReview {
  /** Past their last day: they excuse nothing any more and belong out of the plan. */
  readonly expired: readonly Exception[];
  /** In force, but nothing was there to excuse: they would hide the next true finding. */
  readonly unused: readonly Exception[];
}

/**
 * Says which exceptions were expired or unused, given everything that the proof found, excused or not.
 */
export function reviewExceptions(
  exceptions: readonly Exception[],
  found: { readonly findings: readonly ExcusableFinding[]; readonly restoreErrors: readonly ExcusableRestoreError[] },
  now: Date,
): ExceptionReview {
  const inForce = exceptions.filter((exception) => stillCounts(exception, now));
  return {
    expired: exceptions.filter((exception) => !stillCounts(exception, now)),
    unused: inForce.filter(
      (exception) =>
        !found.findings.some((finding) => coversFinding(exception, finding)) &&
        !found.restoreErrors.some((error) => coversRestoreError(exception, error)),
    ),
  };
}

/** How an exception is named in a finding or a report: by what it excuses, never by its position in the file. */
export function describeException(exception: Exception): string {
  const subject = exception.check ?? `restore error "${exception.restore_error ?? ""}"`;
  return exception.object === undefined ? subject : `${subject} on ${exception.object}`;
}
