import type { Rates } from "../types.ts";
import type { Counters } from "./read-rates.ts";

/** Fewer transactions than this say nothing about a share of them. */
const leastTransactions = 20;
/** Worse means: twice as much as before, and by more than chance and a few retries of clients. */
const factor = 2;
const leastShare = 0.05;
const leastDeadlocks = 3;
const leastErrors = 5;
/** Severities that count; of other words than these all count. */
const harmless = new Set(["low", "info", "debug", "notice", "trace"]);

/** Rates of the time between two looks. */
export function ratesBetween(
  first: Counters | null,
  last: Counters | null,
  rest: Pick<Rates, "seconds" | "api_healthy" | "errors_by_severity">,
): Rates {
  const { seconds } = rest;
  const per = (key: keyof Counters) => (first === null || last === null ? null : Math.max(0, last[key] - first[key]));
  const perSecond = (amount: number | null) => (amount === null || seconds === 0 ? null : amount / seconds);
  return {
    ...rest,
    commits_per_s: perSecond(per("commits")),
    rollbacks_per_s: perSecond(per("rollbacks")),
    deadlocks: per("deadlocks"),
  };
}

/** The mean since the server began to count, which is the only past that it knows. */
export function ratesOfThePast(counters: Counters | null, errors: Rates["errors_by_severity"]): Rates {
  const zero = counters === null ? null : { commits: 0, rollbacks: 0, deadlocks: 0, seconds: 0 };
  return ratesBetween(zero, counters, {
    seconds: counters?.seconds ?? 0,
    api_healthy: null,
    errors_by_severity: errors,
  });
}

const share = ({ commits_per_s, rollbacks_per_s }: Rates): number | null => {
  if (commits_per_s === null || rollbacks_per_s === null) return null;
  const all = commits_per_s + rollbacks_per_s;
  return all === 0 ? 0 : rollbacks_per_s / all;
};

const percent = (part: number) => `${Math.round(part * 100)} %`;

function rollbacks(before: Rates | null, after: Rates): string[] {
  const now = share(after);
  const transactions = ((after.commits_per_s ?? 0) + (after.rollbacks_per_s ?? 0)) * after.seconds;
  if (now === null || transactions < leastTransactions) return [];
  const was = (before === null ? null : share(before)) ?? 0;
  if (now <= Math.max(factor * was, was + leastShare)) return [];
  return [`${percent(now)} of the transactions are rolled back, and ${percent(was)} were before`];
}

function deadlocks(before: Rates | null, after: Rates): string[] {
  if (after.deadlocks === null || after.deadlocks < leastDeadlocks) return [];
  const was = before?.deadlocks ?? 0;
  const perHour = (amount: number, seconds: number) => (seconds === 0 ? 0 : (amount / seconds) * 3600);
  const [now, then] = [perHour(after.deadlocks, after.seconds), perHour(was, before?.seconds ?? 0)];
  return now <= factor * then ? [] : [`${after.deadlocks} deadlocks, ${then.toFixed(1)} an hour before`];
}

/** @param window seconds that the errors of before were counted over */
function errors(before: Rates | null, after: Rates, window: number): string[] {
  if (after.errors_by_severity === null) return [];
  return Object.entries(after.errors_by_severity).flatMap(([severity, now]) => {
    if (harmless.has(severity) || now < leastErrors) return [];
    const was = ((before?.errors_by_severity?.[severity] ?? 0) / window) * after.seconds;
    return now <= factor * was
      ? []
      : [`${now} errors of severity ${severity}, about ${Math.round(was)} in as long before`];
  });
}

/**
 * What got worse: sentences, none where all is quiet. Pure, so that the borders can be tested.
 *
 * @param window seconds that the errors of before were counted over
 */
export function judgeRates(before: Rates | null, after: Rates, window: number): string[] {
  return [
    ...(after.api_healthy === false ? ["the API says that it is not healthy"] : []),
    ...rollbacks(before, after),
    ...deadlocks(before, after),
    ...errors(before, after, window),
  ];
}
