import { setTimeout as sleep } from "node:timers/promises";
import { stopwatch } from "../../base/clock.ts";
import { IthacaError } from "../../base/errors.ts";
import type { DatabasePlan } from "../../plan/schema.ts";
import type { Target } from "../../postgres/types.ts";
import type { Rates, WatchResult } from "../types.ts";
import { judgeRates, ratesBetween, ratesOfThePast } from "./judge-rates.ts";
import { type Look, lookAtRates } from "./read-rates.ts";

/** Seconds between two looks. */
export const usualInterval = 60;

/** So many looks in a row without an answer are no hiccup of the network any more. */
const unansweredLooks = 3;

export interface WatchOptions {
  /** The recovered production. */
  readonly target: Target;
  readonly database: DatabasePlan;
  readonly before: Rates | null;
  /** Seconds to watch in all. */
  readonly seconds: number;
  /** Seconds between two looks; a minute unless told otherwise. */
  readonly interval?: number;
  /** Whether the API answers; null where there is none to ask. */
  readonly apiHealthy: () => Promise<boolean | null>;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** The time before the recovery: what the server has counted so far, and the application's errors of `seconds`. */
export async function ratesBefore(target: Target, database: DatabasePlan, seconds: number): Promise<Rates | null> {
  try {
    const { counters, errors } = await lookAtRates(target, database, seconds);
    return ratesOfThePast(counters, errors);
  } catch (error) {
    // A database that is down has no rates; that is why it is being recovered.
    if (error instanceof IthacaError) return null;
    throw error;
  }
}

/**
 * Watches the recovered database and ends early where it gets worse: the sooner somebody hears of it the better.
 * A look that fails is tried again at the next interval; of a database that answered, and does so no more, a person must
 * hear. Watching whose last look failed is `not_watched`.
 */
export async function watchRates(options: WatchOptions): Promise<WatchResult> {
  const { target, database, before, seconds, interval = usualInterval, note, signal } = options;
  const elapsed = stopwatch();
  let first: Look | null = null;
  let after: Rates | null = null;
  let why = "no look succeeded";
  let unanswered = 0;
  for (;;) {
    signal.throwIfAborted();
    const passed = elapsed();
    try {
      const look = await lookAtRates(target, database, Math.max(1, passed));
      first ??= look;
      const rest = { seconds: passed, api_healthy: await options.apiHealthy(), errors_by_severity: look.errors };
      after = ratesBetween(first.counters, look.counters, rest);
      unanswered = 0;
    } catch (error) {
      if (!(error instanceof IthacaError)) throw error;
      why = error.message;
      unanswered += 1;
    }
    const gone =
      unanswered < unansweredLooks ? [] : [`the database has not answered ${unanswered} looks in a row: ${why}`];
    const findings = after === null ? [] : [...judgeRates(before, after, seconds), ...gone];
    if (findings.length > 0) return { verdict: "regressed", before, after, findings };
    note(
      `${Math.round(passed)} of ${seconds} s, ${after === null ? "no answer yet" : unanswered > 0 ? "no answer" : "quiet"}`,
    );
    if (passed >= seconds) break;
    await sleep(Math.min(interval, seconds - passed) * 1000, undefined, { signal }).catch(() => {});
  }
  if (after === null || unanswered > 0) return { verdict: "not_watched", before, after, findings: [why] };
  return { verdict: "quiet", before, after, findings: [] };
}
