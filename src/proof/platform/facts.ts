import type { DatabasePlan } from "../../plan/schema.ts";
import type { PlatformBackups } from "../../supabase/management/backups.ts";
import type { PlatformError } from "../../supabase/management/errors.ts";
import type { Project, ServiceHealth } from "../../supabase/management/projects.ts";
import { describeIncident, type Incident, incidentAt } from "../../supabase/status-page.ts";
import { notApplicable, notRun } from "../outcome.ts";
import type { CheckOutcome } from "../types.ts";

/** An answer of the platform, or why there is none. */
export type Asked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: PlatformError };

/** What the plan promises of the platform's own backups. */
export type Promised = NonNullable<DatabasePlan["managed"]>;

/** Everything that the checks of the platform may look at: they ask nothing themselves. */
export interface PlatformFacts {
  readonly promised: Promised;
  readonly now: Date;
  readonly project: Asked<Project>;
  readonly backups: Asked<PlatformBackups>;
  readonly health: Asked<readonly ServiceHealth[]>;
  readonly schedule: Asked<string>;
  /** Days that the account's plan keeps backups; null where the API does not tell. */
  readonly retentionDays: Asked<number | null>;
  /** Bytes of the database. */
  readonly bytes: Asked<number>;
  /** The same of earlier checks, newest first. */
  readonly earlierBytes: readonly number[];
  /** The provider's own account of its troubles; null where its page cannot be read. */
  readonly incidents: readonly Incident[] | null;
}

/** A check of the platform's own backups. */
export interface PlatformCheck {
  /** Stable: exceptions in plans name it. */
  readonly id: string;
  readonly title: string;
  readonly judge: (facts: PlatformFacts) => CheckOutcome;
}

/** What the provider itself says of the time at which something went wrong, to be put behind a finding. */
export function troubleAt(facts: Pick<PlatformFacts, "incidents">, at: string): string {
  const incident = facts.incidents === null ? null : incidentAt(facts.incidents, at);
  return incident === null ? "" : ` (${describeIncident(incident)})`;
}

/**
 * Judges an answer, or says why there is none: the check did not run. What the account's plan or the token does not let one
 * read although nothing is promised of it is no fault: `unreadable` turns it into an entry of what is not covered.
 */
export function whenAsked<T>(
  facts: Pick<PlatformFacts, "incidents" | "now">,
  asked: Asked<T>,
  expected: string,
  judge: (value: T) => CheckOutcome,
  unreadable?: { readonly statuses: readonly number[]; readonly what: string },
): CheckOutcome {
  if (asked.ok) return judge(asked.value);
  const { status, message } = asked.error;
  if (unreadable !== undefined && status !== null && unreadable.statuses.includes(status)) {
    return notApplicable(unreadable.what, message);
  }
  // Only where the provider's side failed can its troubles be the reason.
  const theirs = status === null || status >= 500;
  return notRun(expected, `${message}${theirs ? troubleAt(facts, facts.now.toISOString()) : ""}`);
}
