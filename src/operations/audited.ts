import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { AuditDetails, AuditEntry, AuditStatus, OperationType } from "../audit/entry.ts";
import { auditErrors } from "../audit/errors.ts";
import { auditPath, writeEntry } from "../audit/log-file.ts";
import { IthacaError, messageOf } from "../base/errors.ts";
import type { Plan } from "../plan/schema.ts";
import type { UseCaseContext } from "./context.ts";
import { evidenceHead } from "./evidence-head.ts";
import { auditMirror } from "./mirror-audit.ts";
import { runFacts } from "./run-facts.ts";
import { reportsDirectory } from "./subject.ts";

/** What is recorded of an operation. */
export interface AuditedOperation {
  readonly operation: OperationType;
  /** The plan's name of the database. */
  readonly database: string;
  readonly plan: Plan;
  /** What is known before the work: what was asked for. */
  readonly details?: AuditDetails;
}

/** Adds facts to the entry that says how the operation ended; later ones win over earlier ones of the same name. */
export interface AuditNotes {
  note(details: AuditDetails): void;
}

/**
 * Runs an operation and records it: an entry before it and an entry after it, each a new file in the reports' folder,
 * and both in the database where ITHACA_AUDIT_URL is set. What is not recorded is not done: where the first entry cannot
 * be written, the work does not begin. A mirror that fails is a warning; it is caught up by a later operation.
 *
 * How it ended is read from what the work throws, or from the `verdict` of what it returns.
 *
 * @throws audit.not_written; audit.end_not_written where the work is done all the same; whatever the work throws
 */
export async function audited<T>(
  context: UseCaseContext,
  { operation, database, plan, details = {} }: AuditedOperation,
  work: (notes: AuditNotes) => Promise<T>,
): Promise<T> {
  const reports = reportsDirectory(context, plan);
  const copy = auditMirror(context, plan, database);
  const startedAt = context.clock.now();
  const { id: run, url, actor, commit, version } = runFacts(context, startedAt);
  const operationId = randomUUID();
  const slot = { database, operation, run, operationId, startedAt };
  const facts: AuditDetails = {
    run: { id: run, url, commit, version },
    // The newest digest of the evidence chain: a history that is rewritten later no longer leads to it.
    evidence: await evidenceHead(context, { plan, name: database }),
  };
  const record = async (status: AuditStatus, more: AuditDetails): Promise<void> => {
    const entry: AuditEntry = {
      format: 1,
      id: randomUUID(),
      operation_id: operationId,
      database,
      operation_type: operation,
      performed_by: actor,
      performed_at: context.clock.now().toISOString(),
      status,
      details: { ...more, ...facts },
    };
    await writeEntry(reports, auditPath(slot, status === "started" ? "started" : "finished"), entry);
    await copy();
  };
  await record("started", details);
  const noted: Record<string, AuditDetails[string]> = {};
  const notes: AuditNotes = { note: (more) => void Object.assign(noted, more) };
  let result: T;
  try {
    result = await work(notes);
  } catch (thrown) {
    const { status, reason } = endOf(thrown, context.signal.aborted);
    try {
      await record(status, { ...details, ...noted, reason });
    } catch (unrecorded) {
      // What the work threw is what people must hear of.
      context.progress.warn(messageOf(unrecorded));
    }
    throw thrown;
  }
  const { status, found } = outcomeOf(result);
  try {
    await record(status, { ...details, ...found, ...noted });
  } catch (unrecorded) {
    // Production may have been written to: nobody must take this for an operation that did not happen.
    const report = typeof found.report === "string" ? found.report : null;
    const why = messageOf(unrecorded);
    throw auditErrors.end_not_written({ operation, database, status, report, why }, { cause: unrecorded });
  }
  return result;
}

/**
 * Records an operation that could not begin: who has tried to write to production is worth as much as who did.
 *
 * @throws audit.not_written; else what was thrown
 */
export async function recordRefused(
  context: UseCaseContext,
  operation: AuditedOperation,
  thrown: unknown,
): Promise<never> {
  return await audited(context, operation, () => Promise.reject(thrown));
}

const endings: Readonly<Record<IthacaError["kind"], AuditStatus>> = {
  input: "refused",
  surroundings: "inconclusive",
  failed: "failed",
  interrupted: "interrupted",
};

function endOf(thrown: unknown, aborted: boolean): { status: AuditStatus; reason: string } {
  const reason = messageOf(thrown);
  if (aborted) return { status: "interrupted", reason };
  return { status: thrown instanceof IthacaError ? endings[thrown.kind] : "failed", reason };
}

const verdicts: Readonly<Record<string, AuditStatus>> = { failed: "failed", inconclusive: "inconclusive" };

const backupFacts = z.object({
  id: z.string(),
  taken_at: z.string().optional(),
  digest: z.string().optional(),
  size_bytes: z.number().optional(),
});

/** What most reports say of themselves. Whatever else a kind of report has under these names, its verdict is read. */
const tellingResult = z.object({
  verdict: z.string(),
  reason: z.string().optional().catch(undefined),
  backup: backupFacts.nullish().catch(undefined),
  report: z.object({ json: z.string() }).optional().catch(undefined),
});

/** The facts that there are. */
function present(facts: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}

/** What a result says about how it went; one without a verdict went well, for nothing was thrown. */
function outcomeOf(result: unknown): { status: AuditStatus; found: AuditDetails } {
  const parsed = tellingResult.safeParse(result);
  if (!parsed.success) return { status: "succeeded", found: {} };
  const { verdict, reason = "", backup, report } = parsed.data;
  return {
    status: verdicts[verdict] ?? "succeeded",
    found: {
      verdict,
      ...(reason === "" ? {} : { reason }),
      ...(backup === undefined ? {} : { backup: backup === null ? null : present(backup) }),
      ...(report === undefined ? {} : { report: report.json }),
    },
  };
}
