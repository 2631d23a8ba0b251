import type { DatabasePlan } from "../plan/schema.ts";
import type { Rehearsal, RehearsedTest } from "./types.ts";

export type Excuse = NonNullable<DatabasePlan["rehearsal"]>["excused"][number];

/** How a run of tests ended, whatever they came to. */
export interface Ending {
  /** Such as `e2e` or `command`, for the name of what went wrong with the run as a whole. */
  readonly what: string;
  readonly exitCode: number;
  readonly seconds: number;
  /** The tests that it told of; null where it left no readable results. */
  readonly tests: readonly RehearsedTest[] | null;
}

/** What a run as a whole did wrong that none of its tests shows: it crashed, was stopped, or told nothing. */
function faultOf({ exitCode, tests }: Ending): string | null {
  if (exitCode === 124) return "timed out";
  if (tests === null) return exitCode === 0 ? "left no readable results" : `ended with ${exitCode} and left no results`;
  if (tests.length === 0) return "ran no test";
  if (exitCode > 128) return `ended by signal ${exitCode - 128}`;
  return exitCode !== 0 && !tests.some(({ status }) => status === "failed") ? `ended with ${exitCode}` : null;
}

/** The tests of a run, and the run itself as one more where it did not end as it should. */
export function testsOf(ending: Ending): RehearsedTest[] {
  const fault = faultOf(ending);
  const tests = ending.tests ?? [];
  if (fault === null) return [...tests];
  return [
    ...tests,
    { name: `${ending.what} > the run as a whole`, status: "failed", seconds: ending.seconds, error: fault },
  ];
}

/** Lets the plan excuse tests that failed or were skipped, until the day that it names, and counts the rest. */
export function judge(tests: readonly RehearsedTest[], excuses: readonly Excuse[], now: Date): Rehearsal {
  const today = now.toISOString().slice(0, 10);
  const valid = new Map(excuses.filter(({ expires }) => today <= expires).map((excuse) => [excuse.test, excuse]));
  const judged = tests.map((test): RehearsedTest => {
    const excuse = test.status === "passed" ? undefined : valid.get(test.name);
    if (excuse === undefined) return test;
    const { reason, owner, expires } = excuse;
    return { ...test, status: "excused", error: `${test.status}; excused until ${expires} by ${owner}: ${reason}` };
  });
  const count = (status: RehearsedTest["status"]) => judged.filter((test) => test.status === status).length;
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped"), tests: judged };
}
