import type { CheckResult } from "../proof/types.ts";
import { isBackup, listReports } from "../report/history.ts";
import type { Verdict } from "../report/model.ts";
import { decideVerdict } from "../report/verdict.ts";
import { openVault } from "../vault/vault.ts";
import type { UseCaseContext } from "./context.ts";
import { loadSubject, reportsDirectory, type SubjectOptions } from "./subject.ts";

export interface CheckOutcome {
  readonly verdict: Verdict;
  readonly checks: readonly CheckResult[];
}

/**
 * Looks at the vault: is the newest backup complete and young enough, is any day of the retention missing, are the
 * sizes consistent, is the newest backup the one that was recorded outside the vault, is the repository sound.
 */
export async function check(
  context: UseCaseContext,
  options: SubjectOptions & { readonly readData?: boolean },
): Promise<CheckOutcome> {
  const { plan, name } = await loadSubject(context, options);
  const vault = openVault({ ...context.environment });
  const { reports } = await listReports(reportsDirectory(context, plan), name);
  const recorded = reports.filter(isBackup).find(({ verdict }) => verdict === "taken")?.backup;
  const checks = await context.progress.step("Check the vault", (note) =>
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
  return { verdict: decideVerdict({ checks, restore_errors: [], sabotage: null, rehearsal: null }), checks };
}
