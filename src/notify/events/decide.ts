import type { Ledger, NotificationRecord, Statement, Subject } from "../ledger.ts";
import type { Situation } from "./types.ts";

/** That something is to be told, and under which identity. */
export interface Telling {
  readonly subject: Subject;
  /** Alarms of the topic that came before and were not resolved yet, oldest first. */
  readonly before: readonly NotificationRecord[];
}

const alarms: ReadonlySet<Statement> = new Set(["failed", "unclear"]);
const reliefs: ReadonlySet<Statement> = new Set(["resolved", "done"]);

const byTime = (a: NotificationRecord, b: NotificationRecord) => a.at.localeCompare(b.at) || a.ordinal - b.ordinal;

/** The latest moment among records, or the beginning of time. */
const latest = (records: readonly NotificationRecord[]) =>
  records.reduce((last, { at }) => (at > last ? at : last), "");

/**
 * What has to be told of a situation, after all that was told before. Pure: neither the clock nor the run's number counts,
 * so a second run, a late one, or one over an old report says nothing new.
 *
 * - An alarm is told once for each day that it goes on, and once more where the topic failed again after it recovered, or
 *   is found to be wrong where it was merely slow.
 * - Recovery is told once, for all the alarms before it.
 * - A report that is older than the last good news says nothing: it is known to be over.
 * - An identity is given again where it was told already; whoever sends it sends what is still owed, mostly nothing.
 */
export function decide(situation: Situation, { records }: Pick<Ledger, "records">): Telling[] {
  const { database, topic, day, at, state } = situation;
  const told = records.filter((record) => record.topic === topic && record.database === database).sort(byTime);
  const calmSince = latest(told.filter(({ statement }) => reliefs.has(statement)));
  const resolvedAt = latest(told.filter(({ statement }) => statement === "resolved"));
  const open = told.filter(({ statement, at: when }) => alarms.has(statement) && when > resolvedAt);
  const today = told.filter((record) => alarms.has(record.statement) && record.day === day);
  const newest = open.at(-1);

  const identity = (statement: Statement, of: { day: string; ordinal: number }): Subject => ({
    database,
    topic,
    statement,
    day: of.day,
    ordinal: of.ordinal,
  });
  const alarm = (): Telling[] => {
    if (at <= calmSince) return [];
    const statement = state === "unclear" ? "unclear" : "failed";
    // That it was there and took long is another alarm than that it is not as it must be.
    const going = open.filter((record) => record.day === day && (state === "slow" || record.state !== "slow"));
    // Once it is known to have failed, that nobody can tell is no news.
    const same = going.find((record) => record.statement === "failed") ?? going.find((r) => r.statement === statement);
    if (same !== undefined) return [{ subject: identity(same.statement, same), before: open }];
    const ordinal = going[0]?.ordinal ?? Math.max(0, ...today.map((record) => record.ordinal)) + 1;
    return [{ subject: identity(statement, { day, ordinal }), before: open }];
  };
  const relief = (): Telling[] => {
    if (newest !== undefined && at > newest.at) return [{ subject: identity("resolved", newest), before: open }];
    // A second run over the same good report: what it told is found again by its own time.
    const again = told.find((record) => record.statement === "resolved" && record.at === at);
    return again === undefined ? [] : [{ subject: identity("resolved", again), before: [] }];
  };

  if (state === "bad" || state === "unclear") return alarm();
  if (state === "slow") {
    const missed = open.some((record) => record.day === day && record.state !== "slow");
    return missed ? relief() : today.length > 0 && open.every((record) => record.day !== day) ? [] : alarm();
  }
  const daily = situation.goodNews === null ? [] : [{ subject: identity("done", { day, ordinal: 1 }), before: [] }];
  return [...relief(), ...daily];
}
