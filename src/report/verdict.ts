import type { BackupVerdict, ProofReport, Verdict } from "./model.ts";

/** What a verdict is made from. */
export type VerdictParts = Pick<ProofReport, "checks" | "restore_errors" | "sabotage" | "rehearsal"> & {
  /** SQL was run on the copy before the checks: whatever they say, it is no proof of the backup. */
  readonly damaged?: boolean;
};

/** One reason why a run did not end `proven`. */
export interface VerdictReason {
  readonly verdict: Exclude<Verdict, "proven">;
  /** A sentence without its full stop. */
  readonly why: string;
}

function some(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? `one ${one}` : `${count} ${many}`;
}

/**
 * Every reason against `proven`, the gravest first; none means proven. What could not run never passes: no checks at
 * all, a check that did not run, a rehearsal without a passed test, a self-test that tried nothing or missed something.
 */
export function verdictReasons(parts: VerdictParts): VerdictReason[] {
  const failed = parts.checks.filter(({ status }) => status === "failed").length;
  const notRun = parts.checks.filter(({ status }) => status === "not_run").length;
  const unexcused = parts.restore_errors.filter(({ allowed_by }) => allowed_by === null).length;
  const { sabotage, rehearsal } = parts;
  const reasons: (VerdictReason | false | null)[] = [
    failed > 0 && { verdict: "failed", why: `${some(failed, "check")} failed` },
    unexcused > 0 && { verdict: "failed", why: `the restore met ${some(unexcused, "error")} that nothing excuses` },
    rehearsal !== null &&
      rehearsal.failed > 0 && {
        verdict: "failed",
        why: `${some(rehearsal.failed, "test")} of the app failed on the copy`,
      },
    rehearsal !== null &&
      rehearsal.skipped > 0 && {
        verdict: "failed",
        why: `${some(rehearsal.skipped, "test")} of the app ${rehearsal.skipped === 1 ? "was" : "were"} skipped on the copy`,
      },
    parts.checks.length === 0 && { verdict: "inconclusive", why: "no check was run at all" },
    notRun > 0 && { verdict: "inconclusive", why: `${some(notRun, "check")} could not be run` },
    sabotage !== null &&
      sabotage.tried === 0 && { verdict: "inconclusive", why: "the self-test of the checks tried nothing" },
    sabotage !== null &&
      (sabotage.caught < sabotage.tried || sabotage.missed.length > 0) && {
        verdict: "inconclusive",
        why: `the checks missed ${some(Math.max(sabotage.tried - sabotage.caught, sabotage.missed.length), "act of sabotage", "acts of sabotage")}, so they cannot be relied on`,
      },
    rehearsal !== null &&
      rehearsal.failed === 0 &&
      rehearsal.passed === 0 && { verdict: "inconclusive", why: "no test of the app was run on the copy" },
    parts.damaged === true && {
      verdict: "inconclusive",
      why: "the copy was damaged on purpose, so nothing is proven of the backup",
    },
  ];
  return reasons.filter((reason) => reason !== false && reason !== null);
}

/** The verdict, by the precedence failed > inconclusive > proven. */
export function decideVerdict(parts: VerdictParts): Verdict {
  const verdicts = verdictReasons(parts).map(({ verdict }) => verdict);
  if (verdicts.includes("failed")) return "failed";
  return verdicts.length > 0 ? "inconclusive" : "proven";
}

/** The exit code that says a verdict to scripts and workflows: 0 as it should be, 1 failed, 3 inconclusive. */
export function exitCodeOf(verdict: Verdict | BackupVerdict): 0 | 1 | 3 {
  if (verdict === "failed") return 1;
  return verdict === "inconclusive" ? 3 : 0;
}
