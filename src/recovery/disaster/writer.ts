import { setTimeout as wait } from "node:timers/promises";
import { connect } from "../../postgres/connect.ts";
import type { Target } from "../../postgres/types.ts";
import { recoverySql } from "../sql.ts";

const journalSql = recoverySql("disaster/journal");
const thereSql = recoverySql("disaster/recovered-writes");

/** One write that production has acknowledged. */
export interface Write {
  readonly id: number;
  /** Milliseconds since 1970, by this machine's clock, when the acknowledgement arrived. */
  readonly at: number;
}

/** Somebody who writes all the time, and keeps a log of what was acknowledged outside the database. */
export interface Writer {
  readonly log: readonly Write[];
  /** Waits until so many writes were acknowledged. @throws what ended the writing */
  reach(writes: number): Promise<void>;
  /** Stops writing, or finds that it has stopped because its server is gone. */
  stop(): Promise<void>;
}

/** Milliseconds between two writes: a load that is noticed, and a log that stays small. */
const pause = 10;

/**
 * Starts to write into `target`, a production that is a throwaway, one committed row after the other. When the server
 * goes away the writing ends without an error: that is what it is for.
 */
export async function startWriter(target: Target, signal: AbortSignal): Promise<Writer> {
  const session = await connect(target, { readOnly: false, applicationName: "ithaca drill writer" });
  await session.query(journalSql);
  const log: Write[] = [];
  const ended = new AbortController();
  let lost: unknown;
  const write = async () => {
    for (let id = 1; !ended.signal.aborted && !signal.aborted; id += 1) {
      try {
        await session.query("INSERT INTO ithaca_drill.writes (id) VALUES ($1)", [id]);
      } catch (error) {
        lost = error;
        return;
      }
      log.push({ id, at: Date.now() });
      await wait(pause);
    }
  };
  const writing = write();
  return {
    log,
    async reach(writes) {
      while (log.length < writes) {
        signal.throwIfAborted();
        if (lost !== undefined) throw lost;
        await wait(pause);
      }
    },
    async stop() {
      ended.abort();
      await writing;
      // Its server may be gone, and then there is nothing to close.
      await Promise.resolve(session[Symbol.asyncDispose]()).catch(() => {});
    },
  };
}

/** What of a writer's log came back, and what did not. */
export interface Loss {
  readonly written: number;
  readonly recovered: number;
  /** Acknowledged writes that are not there any more. */
  readonly lost: number;
  /** Of these, such as are older than the newest that came back: a backup of one moment has none. */
  readonly holes: number;
  /** Rows that came back and that nobody has an acknowledgement of. */
  readonly unknown: number;
  /** When the newest write that came back was acknowledged, in milliseconds since 1970; null where none did. */
  readonly newest: number | null;
}

/** Compares the log with the ids that were found. The one write that was under way at the loss may be there or not. */
export function compareLog(log: readonly Write[], found: readonly number[]): Loss {
  const there = new Set(found);
  const acknowledged = new Map(log.map(({ id, at }) => [id, at]));
  const missing = log.filter(({ id }) => !there.has(id));
  const newest = found.reduce((most, id) => Math.max(most, id), 0);
  const underWay = (log.at(-1)?.id ?? 0) + 1;
  return {
    written: log.length,
    recovered: log.length - missing.length,
    lost: missing.length,
    holes: missing.filter(({ id }) => id < newest).length,
    unknown: found.filter((id) => !acknowledged.has(id) && id !== underWay).length,
    newest: newest === 0 ? null : (acknowledged.get(newest) ?? null),
  };
}

/** The ids of the writer's rows that stand in a recovered database. */
export async function recoveredWrites(target: Target): Promise<number[]> {
  await using session = await connect(target, { readOnly: true, applicationName: "ithaca drill" });
  const [found] = await session.query<{ there: boolean }>(thereSql);
  if (found?.there !== true) return [];
  const rows = await session.query<{ id: string }>("SELECT id::text AS id FROM ithaca_drill.writes");
  return rows.map(({ id }) => Number(id));
}
