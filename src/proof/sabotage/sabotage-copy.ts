import { stopwatch } from "../../base/clock.ts";
import type { Progress } from "../../base/progress.ts";
import { spellAmount } from "../../base/spell.ts";
import { connect } from "../../postgres/connect.ts";
import type { Target } from "../../postgres/types.ts";
import { allChecks } from "../all-checks.ts";
import { describeFailure } from "../failure.ts";
import type { Check, CheckResult, NotCovered, ProofContext } from "../types.ts";
import { commit } from "./act.ts";
import { allHarms, quotas } from "./catalogue.ts";
import { surveyGround } from "./ground.ts";
import { seededRandom } from "./random.ts";
import type { Ground, Harm } from "./types.ts";

/** The negative control of a proof: whether its checks would have noticed. */
export interface Sabotage {
  readonly tried: number;
  readonly caught: number;
  /** Each act that went unnoticed: the blind check, the harm and the object. Never row data. */
  readonly missed: readonly string[];
}

export interface SabotageOptions {
  /** The context of the proof whose checks passed. */
  readonly context: ProofContext;
  /** Superuser access to the copy. */
  readonly target: Target;
  /** Seconds that it may take: a fifth of the proof's, however large the copy is. */
  readonly seconds: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Those of the proof unless told otherwise. */
  readonly checks?: readonly Check[];
  readonly harms?: readonly Harm[];
}

/** Fewer acts than this say little, and the report says so. */
const enough = 10;

/** The checks that must have passed: on a copy that already differs there is nothing to learn from more differences. */
const preconditions = [
  "data.equality",
  "definitions.equality",
  "sequences.equality",
  "large_objects.equality",
  "constraints.foreign_keys",
];

/** Whether the checks came to results that sabotage can be measured against. */
export function mayBeSabotaged(checks: readonly CheckResult[]): boolean {
  const present = checks.filter(({ id }) => preconditions.includes(id));
  return (
    present.every(({ status }) => status === "passed") &&
    ["data.equality", "definitions.equality"].every((id) => present.some((check) => check.id === id))
  );
}

/** Kinds of harm in the order in which they are tried: first each family's share, then whatever else there is. */
function* order(harms: readonly Harm[], { random }: Ground, done: (family: Harm["family"]) => number) {
  const rest: Harm[] = [];
  const shuffled = random.shuffled(harms);
  for (const [family, quota] of Object.entries(quotas)) {
    for (const harm of shuffled.filter((one) => one.family === family)) {
      if (done(harm.family) < quota) yield harm;
      else rest.push(harm);
    }
  }
  yield* random.shuffled(rest);
}

/**
 * Harms the copy in about a dozen small ways, different for every backup, and shows that the proof's own checks notice
 * each. Harm and check share one transaction that is rolled back, so the copy is afterwards what it was before. What
 * the database itself refuses does not count. Throws nothing but the signal's reason: what goes wrong is a miss.
 */
export async function sabotageCopy(
  options: SabotageOptions,
): Promise<{ readonly sabotage: Sabotage; readonly notCovered: readonly NotCovered[] }> {
  const { context, target, seconds, progress, signal, checks = allChecks([]), harms = allHarms } = options;
  const elapsed = stopwatch();
  const most = Object.values(quotas).reduce((sum, quota) => sum + quota, 0);
  const caught: Harm[] = [];
  const missed: string[] = [];
  const families: Harm["family"][] = [];
  let inTime = true;
  const run = async (note: (text: string) => void) => {
    await using session = await connect(target, { readOnly: false, insist: true, applicationName: "ithaca sabotage" });
    const random = seededRandom(context.manifest.digest);
    const ground = await surveyGround({ context, session, random, secondsPerRead: seconds / most });
    for (const harm of order(harms, ground, (family) => families.filter((one) => one === family).length)) {
      signal.throwIfAborted();
      inTime = elapsed() < seconds;
      if (!inTime || families.length >= most) break;
      note(`${families.length + 1} of ${most}: ${harm.what}`);
      const deed = await commit(ground, harm, checks);
      if (deed === null) continue;
      families.push(harm.family);
      if (deed === "caught") caught.push(harm);
      else missed.push(deed);
    }
  };
  await progress.step("Sabotage the copy, to see whether the checks notice", (note) =>
    run(note).catch((thrown: unknown) => {
      signal.throwIfAborted();
      families.push("state");
      missed.push(`the sabotage itself: ${describeFailure(thrown)}`);
    }),
  );
  return {
    sabotage: { tried: families.length, caught: caught.length, missed },
    notCovered: shortfall(families, inTime, seconds),
  };
}

/** What the self-test could not try here. */
function shortfall(families: readonly Harm["family"][], inTime: boolean, seconds: number): NotCovered[] {
  const what = [
    ...(families.length < enough ? [`More than ${spellAmount(families.length, "act")} of sabotage`] : []),
    ...(families.includes("rows") ? [] : ["Sabotage of rows"]),
  ];
  const time = Math.max(1, Math.round(seconds));
  const why = inTime
    ? "the copy has nothing else that could be harmed and looked at again at little cost"
    : `a fifth of the proof's time is all that it may take, and that is ${spellAmount(time, "second")}`;
  return what.map((one) => ({ what: one, why }));
}
