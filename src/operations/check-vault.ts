import { stopwatch } from "../base/clock.ts";
import { IthacaError } from "../base/errors.ts";
import { median } from "../base/median.ts";
import { firesOnDay } from "../plan/firing.ts";
import { compareWithHistory, plausibilityHistory } from "../proof/checks/plausibility-history.ts";
import { collect, type Judged } from "../proof/platform/all.ts";
import type { CheckResult } from "../proof/types.ts";
import { isBackup, recordedFigures } from "../report/history.ts";
import type { AnyReport, Keeper } from "../report/model.ts";
import type { VaultEntry } from "../vault/types.ts";
import { openVault } from "../vault/vault.ts";
import type { UseCaseContext } from "./context.ts";
import type { Subject } from "./subject.ts";

/** What a look at the vault came to. */
export interface VaultLook {
  readonly checks: readonly CheckResult[];
  readonly keepers: readonly Keeper[];
}

function keeperOf(entries: readonly VaultEntry[], now: Date): Keeper {
  const [newest, ...earlier] = entries;
  const sizes = earlier.slice(0, 7).map(({ size_bytes }) => size_bytes);
  return {
    place: "vault",
    newest:
      newest === undefined
        ? null
        : {
            id: newest.id,
            taken_at: newest.taken_at,
            age_s: Math.max(0, (now.getTime() - Date.parse(newest.taken_at)) / 1000),
          },
    count: entries.length,
    size_bytes: newest?.size_bytes ?? null,
    usual_bytes: sizes.length === 0 ? null : median(sizes),
  };
}

/**
 * Looks at the vault. Where it cannot be reached or is not set up, that is one check that did not run, so that the
 * platform is looked at all the same.
 */
export async function checkVault(
  context: UseCaseContext,
  { plan, name }: Subject,
  reports: readonly AnyReport[],
  readData: boolean,
): Promise<VaultLook> {
  const { progress, signal } = context;
  const now = context.clock.now();
  const recorded = reports.filter(isBackup).find(({ verdict }) => verdict === "taken")?.backup;
  const seconds = stopwatch();
  try {
    const vault = openVault({ ...context.environment });
    return await progress.step("Check the vault", async (note) => {
      const checks = await vault.check({
        database: name,
        maxAge: plan.objectives.rpo,
        days: plan.retention.daily,
        isDue: (day) => firesOnDay(plan.schedule.backup, day),
        now,
        read: readData ? "all" : "structure",
        ...(recorded == null ? {} : { recordedDigest: { id: recorded.id, digest: recorded.digest } }),
        signal,
        warn: progress.warn,
        note,
      });
      const { entries } = await vault.list(name, { signal });
      return { checks, keepers: [keeperOf(entries, now)] };
    });
  } catch (error) {
    if (!(error instanceof IthacaError) || error.kind !== "surroundings") throw error;
    const unseen = {
      status: "not_run",
      expected: "a vault that can be listed",
      actual: "not run",
      findings: [],
    } as const;
    const title = "The vault can be looked at";
    return {
      checks: [{ id: "vault.reachable", title, ...unseen, seconds: seconds(), reason: error.message }],
      keepers: [],
    };
  }
}

/** The newest recorded backup next to those before it; nothing where there are too few to say anything. */
export function compareRecorded(
  reports: readonly AnyReport[],
  { database }: Pick<Subject, "database">,
  now: Date,
): Judged {
  const seconds = stopwatch();
  const figures = recordedFigures(reports).sort((a, b) => Date.parse(b.taken_at) - Date.parse(a.taken_at));
  const [newest] = figures;
  if (newest === undefined) return { checks: [], notCovered: [] };
  const outcome = compareWithHistory(newest, figures, database.critical_tables);
  return collect([{ check: plausibilityHistory, outcome, seconds: seconds() }], database.exceptions, now);
}
