import { stopwatch } from "../base/clock.ts";
import { IthacaError } from "../base/errors.ts";
import type { CheckResult, NotCovered } from "../proof/types.ts";
import type { ProofReport } from "../report/model.ts";
import type { RestoreError } from "../restore/types.ts";

/**
 * What a proof has come to so far. The operation fills it step by step, so that a run that ends early still gives a
 * report of what it did and of every check that it did not get to.
 */
export interface ProofRun {
  readonly phases: { name: string; seconds: number }[];
  readonly checks: CheckResult[];
  readonly restoreErrors: RestoreError[];
  readonly notCovered: NotCovered[];
  backup: ProofReport["backup"];
  target: ProofReport["target"];
  /** Null where the copy was not sabotaged. */
  sabotage: ProofReport["sabotage"];
  /** Null where the app's tests were not run. */
  rehearsal: ProofReport["rehearsal"];
  /** Seconds; null where it is not known, negative where it claims to be of the future. */
  newestBackupAge: number | null;
  /** Runs a phase and records its time, also when it fails. */
  phase<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** The phase that is running or ran last: where a run that ended early ended. */
  current: string;
}

/** Starts an empty record. */
export function startProofRun(): ProofRun {
  const run: ProofRun = {
    phases: [],
    checks: [],
    restoreErrors: [],
    notCovered: [],
    backup: null,
    target: null,
    sabotage: null,
    rehearsal: null,
    newestBackupAge: null,
    current: "select",
    async phase(name, work) {
      const before = run.current;
      run.current = name;
      const seconds = stopwatch();
      try {
        const result = await work();
        // Clearing up follows whatever ended a run; a run ends in it only where it fails.
        if (name === "cleanup") run.current = before;
        return result;
      } finally {
        run.phases.push({ name, seconds: seconds() });
      }
    },
  };
  return run;
}

/**
 * Turns the error that ended a run into a check, and lists every check that was not reached as not run. A fault of the
 * backup fails the proof, a fault of the surroundings makes it inconclusive; anything else is not a verdict but an
 * error, and is thrown again.
 */
export function recordEarlyEnd(
  run: ProofRun,
  thrown: unknown,
  planned: readonly { readonly id: string; readonly title: string }[],
): void {
  if (!(thrown instanceof IthacaError) || thrown.kind === "input" || thrown.kind === "interrupted") throw thrown;
  const failed = thrown.kind === "failed";
  run.checks.push({
    id: "run.completed",
    title: "The run came to its end",
    status: failed ? "failed" : "not_run",
    expected: "every phase",
    actual: `ended in ${run.current}`,
    findings: failed
      ? [{ object: run.current, attribute: thrown.id, expected: "no error", actual: thrown.message }]
      : [],
    seconds: 0,
    reason: thrown.message,
  });
  const done = new Set(run.checks.map((check) => check.id));
  for (const { id, title } of planned) {
    if (done.has(id)) continue;
    run.checks.push({
      id,
      title,
      status: "not_run",
      expected: "",
      actual: "",
      findings: [],
      seconds: 0,
      reason: `the run ended in ${run.current}`,
    });
  }
}
