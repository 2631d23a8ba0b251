import { stopwatch } from "../base/clock.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import { compareWithHistory, plausibilityHistory } from "../proof/checks/plausibility-history.ts";
import { applyExcuses } from "../proof/excuse.ts";
import { toResult } from "../proof/run-checks.ts";
import type { CheckResult } from "../proof/types.ts";
import { isBackup, listReports, recordedFigures } from "../report/history.ts";
import type { AnyReport, Verdict } from "../report/model.ts";
import { decideVerdict } from "../report/verdict.ts";
import { openVault } from "../vault/vault.ts";
import type { UseCaseContext } from "./context.ts";
import { loadSubject, reportsDirectory, type SubjectOptions } from "./subject.ts";

export interface CheckOutcome {
  readonly verdict: Verdict;
  readonly checks: readonly CheckResult[];
}

/** The newest recorded backup next to those before it; nothing where there are too few to say anything. */
function inLine(reports: readonly AnyReport[], database: DatabasePlan, now: Date): CheckResult[] {
  const seconds = stopwatch();
  const figures = recordedFigures(reports).sort((a, b) => Date.parse(b.taken_at) - Date.parse(a.taken_at));
  const [newest] = figures;
  if (newest === undefined) return [];
  const outcome = compareWithHistory(newest, figures, database.critical_tables);
  const excused = applyExcuses(plausibilityHistory, outcome, database.exceptions, now);
  const result = toResult(plausibilityHistory, excused, seconds());
  return result === null ? [] : [result];
}

/**
 * Looks at the vault: is the newest backup complete and young enough, is any day of the retention missing, are the
 * sizes consistent, is the newest backup the one that was recorded outside the vault, is the repository sound; and whether the newest
 * backup is in line with the ones before it, by what was recorded of them.
 */
export async function check(
  context: UseCaseContext,
  options: SubjectOptions & { readonly readData?: boolean },
): Promise<CheckOutcome> {
  const { plan, database, name } = await loadSubject(context, options);
  const vault = openVault({ ...context.environment });
  const { reports } = await listReports(reportsDirectory(context, plan), name);
  const recorded = reports.filter(isBackup).find(({ verdict }) => verdict === "taken")?.backup;
  const ofVault = await context.progress.step("Check the vault", (note) =>
    vault.check({
      database: name,
      maxAge: plan.objectives.rpo,
      days: plan.retention.daily,
      now: context.clock.now(),
      read: options.readData === true ? "all" : "structure",
      ...(recorded == null ? {} : { recordedDigest: { id: recorded.id, digest: recorded.digest } }),
      signal: context.signal,
      warn: context.progress.warn,
      note,
    }),
  );
  const checks = [...ofVault, ...inLine(reports, database, context.clock.now())];
  return { verdict: decideVerdict({ checks, restore_errors: [], sabotage: null, rehearsal: null }), checks };
}
