import { stopwatch } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { silentProgress } from "../../base/progress.ts";
import { tellTimeLeft } from "../../base/time-left-of-run.ts";
import { seededRandom } from "../../proof/sabotage/random.ts";
import type { UseCaseContext } from "../context.ts";
import { operationErrors } from "../errors.ts";
import { loadMadeUp } from "../fixture-plan.ts";
import type { SubjectOptions } from "../subject.ts";
import { archiveEntries, type Depot, openDepot } from "./archive-entries.ts";
import { copyEntries } from "./copy-entries.ts";
import { bareSubject, type Stage, setStage } from "./stage.ts";
import type { Entry, Fixture, Outcome, Trial } from "./types.ts";

export interface DamagesOptions extends SubjectOptions {
  /** Only entries whose family or kind holds this text. */
  readonly only?: string;
  /** Only so many of them, drawn with `seed`. */
  readonly sample?: number;
  readonly seed?: string;
}

/** What the whole catalogue came to. */
export interface DamagesResult {
  readonly trials: readonly Trial[];
  readonly caught: number;
  readonly damages: number;
  readonly falseAlarms: number;
  readonly variants: number;
}

/** Opens something when it is first asked for, once. */
function once<K, T extends AsyncDisposable>(
  stack: AsyncDisposableStack,
  open: (key: K) => Promise<T>,
): (key: K) => Promise<T> {
  const opened = new Map<K, Promise<T>>();
  return (key) => {
    const known = opened.get(key) ?? open(key).then((made) => stack.use(made));
    opened.set(key, known);
    return known;
  };
}

function choose(entries: readonly Entry[], { only, sample, seed = "1" }: DamagesOptions): Entry[] {
  const wanted = entries.filter(
    ({ family, kind }) => only === undefined || `${family}: ${kind}`.toLowerCase().includes(only.toLowerCase()),
  );
  if (sample === undefined) return wanted;
  const drawn = new Set(seededRandom(seed).shuffled(wanted).slice(0, sample));
  return wanted.filter((entry) => drawn.has(entry));
}

/** Stands for the checks where a damage could not even be inflicted: the catalogue itself is wrong then. */
const notTried = "not tried";

function isRight({ damaging, mayBeInconclusive = false, mustBy }: Entry, { verdict, by }: Trial): boolean {
  if (by.includes(notTried)) return false;
  if (!damaging) return verdict === "proven";
  if (verdict === "proven" || (verdict === "inconclusive" && !mayBeInconclusive)) return false;
  return mustBy === undefined || by.includes(mustBy);
}

/** Tries entries one after the other and judges what came of each. */
export async function tryEntries(context: UseCaseContext, entries: readonly Entry[]): Promise<DamagesResult> {
  const { signal } = context;
  const progress = tellTimeLeft(context.progress, null);
  const trials: Trial[] = [];
  await progress.step(`Try ${entries.length} kinds`, async (note) => {
    for (const [index, entry] of entries.entries()) {
      signal.throwIfAborted();
      const { family, kind, damaging } = entry;
      note(`${index + 1} of ${entries.length}: ${family}: ${kind}`, index / entries.length);
      const seconds = stopwatch();
      const outcome = await entry.run().catch((thrown: unknown): Outcome => {
        signal.throwIfAborted();
        return { verdict: "inconclusive", by: [notTried], reads: messageOf(thrown) };
      });
      const trial = { ...outcome, family, kind, damaging, right: false, seconds: seconds() };
      trials.push({ ...trial, right: isRight(entry, trial) });
    }
  });
  const damages = trials.filter(({ damaging }) => damaging);
  const variants = trials.filter(({ damaging }) => !damaging);
  return {
    trials,
    caught: damages.filter(({ right }) => right).length,
    damages: damages.length,
    falseAlarms: variants.filter(({ right }) => !right).length,
    variants: variants.length,
  };
}

/**
 * Tries the catalogue of damage: for each kind a fresh copy of a restored backup is damaged and proven, with the very
 * checks of a proof; archives and vaults are damaged before they are fetched, opened and restored. And the other way
 * round: what is undamaged, in every shape, must be proven.
 *
 * @throws plan.unknown_database, run.nothing_chosen
 */
export async function tryDamages(context: UseCaseContext, options: DamagesOptions): Promise<DamagesResult> {
  // The steps of two hundred proofs are nobody's business.
  const quiet = { ...context, progress: silentProgress };
  const { subject } = await loadMadeUp(context, options);
  await using stack = new AsyncDisposableStack();
  const stages = once(stack, async (fixture: Fixture): Promise<Stage> => {
    const planned = fixture === "odyssey" || fixture === "stale";
    return setStage(quiet, fixture, planned ? subject : bareSubject(fixture));
  });
  const depots = once(stack, (_: "depot"): Promise<Depot> => openDepot(quiet));
  const all = [...copyEntries(stages), ...archiveEntries(() => depots("depot"))];
  const chosen = choose(all, options);
  // Nothing tried and nothing missed would read like a good end.
  if (chosen.length === 0) throw operationErrors.nothing_chosen({ only: options.only ?? "", kinds: all.length });
  return await tryEntries(context, chosen);
}
