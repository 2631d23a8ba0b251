import { stopwatch } from "../../base/clock.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { explainReadError, sqlstate } from "../sqlstate.ts";
import { frame, type ReadOptions } from "../transaction.ts";
import type { ChosenRows, Sight } from "../types.ts";
import { isRefusal } from "./attempt.ts";
import { amongSql } from "./chosen-rows.ts";

/** What is asked of one object. */
export interface Question {
  readonly object: string;
  /** What is read: a table without the children that inherit from it, for they may live on another server. */
  readonly from: string;
  /** `rows`: how many are visible, and which; `count`: how many; `access`: whether any might be. */
  readonly ask: "rows" | "count" | "access";
  /** Quoted columns that tell rows apart, for `rows`. */
  readonly columns: readonly string[];
  /** The rows that are asked about; null for all. */
  readonly among: ChosenRows | null;
  /** The clock was asked by a policy: note what it said. */
  readonly byTheClock: boolean;
}

/** Whose place is taken, as SQL: the claims, if any, and the role. */
export interface Place {
  readonly role: string;
  readonly claims: string;
}

export interface SightOrder {
  readonly read: ReadOptions;
  readonly place: Place;
  readonly limit: number;
  /** Milliseconds for all questions together. */
  readonly timeLimit: number;
  readonly questions: readonly Question[];
  /** Objects that made a batch fail before, for whomever: they are asked alone. Added to. */
  readonly troubled: Set<string>;
  /** Statements that come first, on a copy: they are rolled back like all else. */
  readonly before?: readonly string[];
}

interface Seen {
  readonly place: number;
  readonly rows: string;
  readonly hash: string | null;
  readonly at: string;
}

/** So many questions share a query, because each query costs round trips. */
const batchSize = 40;

function questionSql({ from: source, ask, columns, among }: Question, index: number, limit: number): string {
  const chosen = among === null ? "" : `WHERE ${amongSql(among)}`;
  const from = `FROM ${source} AS o ${chosen} LIMIT ${ask === "access" ? 0 : limit}`;
  const row = columns.map((column) => `o.${column}`).join(", ");
  const inner = ask === "rows" ? `SELECT ROW(${row})::text COLLATE "C" AS v ${from}` : `SELECT ${from}`;
  const sum = (seed: number) => `coalesce(sum(pg_catalog.hashtextextended(q.v, ${seed})), 0)`;
  const hash = ask === "rows" ? `${sum(0)} || ':' || ${sum(1)}` : "NULL::text";
  return `SELECT ${index} AS place, count(*)::text AS rows, ${hash} AS hash, pg_catalog.now()::text AS at FROM (${inner}) AS q`;
}

/** The place itself could not be taken, so that nothing was asked. `cause` is the server's error. */
export class PlaceRefused extends Error {
  constructor(role: string, cause: unknown) {
    super(`the place of the role ${role} could not be taken`, { cause });
  }
}

/**
 * Takes somebody's place for one transaction. The search path is that of the API (functions without one of their own
 * would not find their tables). READ ONLY holds for every function that is called on the way: what it wanted to write is
 * refused, and that is its answer.
 */
async function asked(session: Session, order: SightOrder, timeout: number, sql: string): Promise<Seen[]> {
  const { read, place, before } = order;
  const { begin, end } = frame(read, before === undefined ? "READ ONLY" : "READ WRITE");
  const setting = [
    begin,
    ...(read.lockTimeout === undefined ? [] : [`SET LOCAL lock_timeout = ${Math.round(read.lockTimeout)}`]),
    ...(before ?? []),
    "SET LOCAL transaction_read_only = on",
    place.claims,
    `SET LOCAL statement_timeout = ${Math.max(1, Math.round(timeout))}`,
    "SET LOCAL search_path = public, extensions",
    "SET LOCAL row_security = on",
    `SET LOCAL ROLE ${quoteIdentifier(place.role)}`,
  ];
  try {
    await session.query(setting.join(";\n")).catch((thrown: unknown) => {
      throw new PlaceRefused(place.role, thrown);
    });
    return await session.query<Seen & Record<string, unknown>>(sql);
  } finally {
    // Where the connection is gone the work has already failed with that reason.
    await session.query(end).catch(() => {});
  }
}

function toSight(question: Question, seen: Seen, limit: number): Sight {
  if (question.ask === "access") return { kind: "granted" };
  const rows = Number(seen.rows);
  // A cut-off set is any so many rows: their hash would say nothing.
  const hash = rows < limit ? seen.hash : null;
  const of = question.among === null ? {} : { of: question.among.rows.length };
  const at = question.byTheClock ? { at: seen.at } : {};
  return {
    kind: "rows",
    rows,
    hash,
    ...of,
    ...at,
    ...(question.ask === "rows" && hash === null ? { asked: "rows" } : {}),
  };
}

const refused = ({ ask }: Question, code: string): Sight => ({
  kind: "refused",
  code,
  ...(ask === "access" ? {} : { asked: ask }),
});

/**
 * Asks what is visible from one place, many objects with one query. An object whose reading fails is asked alone in the
 * end, and the SQLSTATE is its answer; what there is no time for is `unread`.
 *
 * @throws where the connection is lost or a lock is not had
 */
export async function readSights(session: Session, order: SightOrder): Promise<Record<string, Sight>> {
  const sights: Record<string, Sight> = {};
  const elapsed = stopwatch();
  const left = () => order.timeLimit - elapsed() * 1000;

  const ask = async (batch: readonly Question[]): Promise<void> => {
    const [first] = batch;
    if (first === undefined) return;
    const time = left();
    // One slow object must not use up the time of all that stand beside it.
    const share = batch.length > 1 ? time / 4 : time / 2;
    if (time <= 0) {
      for (const { object } of batch) sights[object] = { kind: "unread" };
      return;
    }
    try {
      const sql = batch.map((question, index) => questionSql(question, index, order.limit)).join("\nUNION ALL\n");
      for (const seen of await asked(session, order, share, sql)) {
        const question = batch[seen.place];
        if (question !== undefined) sights[question.object] = toSight(question, seen, order.limit);
      }
    } catch (thrown) {
      if (thrown instanceof PlaceRefused) throw thrown;
      const code = sqlstate(thrown);
      if (code === undefined || !isRefusal(thrown)) {
        throw explainReadError(thrown, first.object, order.read.lockTimeout);
      }
      if (batch.length === 1) {
        order.troubled.add(first.object);
        sights[first.object] = code === "57014" ? { kind: "unread" } : refused(first, code);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await ask(batch.slice(0, half));
      await ask(batch.slice(half));
    }
  };

  const calm = order.questions.filter(({ object }) => !order.troubled.has(object));
  for (let from = 0; from < calm.length; from += batchSize) await ask(calm.slice(from, from + batchSize));
  for (const question of order.questions) if (!(question.object in sights)) await ask([question]);
  return sights;
}
