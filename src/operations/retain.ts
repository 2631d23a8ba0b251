import type { Plan } from "../plan/schema.ts";
import { isBackup, listReports, provenBackups } from "../report/history.ts";
import type { AnyReport } from "../report/model.ts";
import type { LastFailure } from "../vault/types.ts";
import { openVault } from "../vault/vault.ts";
import { type AuditNotes, audited } from "./audited.ts";
import type { UseCaseContext } from "./context.ts";
import { loadSubject, reportsDirectory, type SubjectOptions } from "./subject.ts";

export interface RetainOutcome {
  readonly database: string;
  readonly dry_run: boolean;
  readonly kept: readonly { readonly id: string; readonly reasons: readonly string[] }[];
  readonly removed: readonly string[];
}

/** A schedule may start late by this much without the newest backup counting as too old, in seconds. */
const scheduleSlack = 2 * 3600;

/**
 * Applies the plan's keep rules. The newest proven backup stays whatever the rules say, and nothing is removed while
 * the newest backup is missing, failed or too old: then the old ones are all that there is. Only a vault that was full at
 * the last run does not hinder it, since nothing else would end that.
 */
export async function retain(
  context: UseCaseContext,
  options: SubjectOptions & { readonly dryRun?: boolean },
): Promise<RetainOutcome> {
  const { plan, name } = await loadSubject(context, options);
  const dryRun = options.dryRun === true;
  const work = async ({ note }: AuditNotes): Promise<RetainOutcome> => {
    const outcome = await apply(context, plan, name, dryRun);
    note({ kept: outcome.kept.map(({ id }) => id), removed: [...outcome.removed] });
    return outcome;
  };
  return audited(context, { operation: "retain", database: name, plan, details: { dry_run: dryRun } }, work);
}

/** How the last backup run failed, by its report; null where it did not. */
function lastFailure(reports: readonly AnyReport[]): LastFailure | null {
  const last = reports.find(isBackup);
  if (last === undefined || last.verdict === "taken") return null;
  return { at: new Date(last.run.started_at), vaultFull: last.error === "vault.no_space" };
}

async function apply(context: UseCaseContext, plan: Plan, name: string, dryRun: boolean): Promise<RetainOutcome> {
  const { reports } = await listReports(reportsDirectory(context, plan), name);
  const result = await context.progress.step("Apply the retention", (note) =>
    openVault({ ...context.environment }).retain({
      database: name,
      keep: plan.retention,
      proven: provenBackups(reports),
      lastFailure: lastFailure(reports),
      maxAge: plan.objectives.rpo + scheduleSlack,
      now: context.clock.now(),
      dryRun,
      signal: context.signal,
      warn: context.progress.warn,
      note,
    }),
  );
  return {
    database: name,
    dry_run: dryRun,
    kept: result.keep.map(({ entry, reasons }) => ({ id: entry.id, reasons })),
    removed: result.remove.map(({ id }) => id),
  };
}
