import type { CheckResult, NotCovered } from "../../proof/types.ts";
import type { DisasterReport } from "../../report/model.ts";

type Step = DisasterReport["steps"][number];

/** What a state means for the verdict: what waits, or was not begun, was not run. */
const statuses: Readonly<Record<Exclude<Step["state"], "by_hand">, CheckResult["status"]>> = {
  done: "passed",
  failed: "failed",
  waiting: "not_run",
  not_run: "not_run",
  running: "not_run",
  pending: "not_run",
};

/** Every step that a tool can show to be done, as a check; a step that a rehearsal must leave to people is none. */
export function stepChecks(steps: readonly Step[]): CheckResult[] {
  return steps.flatMap(({ id, title, proof, state, says, seconds }) => {
    if (state === "by_hand") return [];
    const status = statuses[state];
    return [
      {
        id: `disaster.${id}`,
        title,
        status,
        expected: proof,
        actual: state === "done" ? says : state.replaceAll("_", " "),
        findings: [],
        seconds: seconds ?? 0,
        reason: status === "passed" ? "" : says || "not begun",
      },
    ];
  });
}

/** The steps that a rehearsal must leave to people, and why. */
export function leftToPeople(steps: readonly Step[]): NotCovered[] {
  return steps.filter(({ state }) => state === "by_hand").map(({ title, says }) => ({ what: title, why: says }));
}
