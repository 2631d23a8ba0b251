import { countedOnly } from "../../census/count-only.ts";
import { hashTables } from "../../census/hash-tables.ts";
import { listRelations } from "../../census/relations.ts";
import { resolveScope } from "../../census/scope.ts";
import { listTables } from "../../census/table-list.ts";
import { reading } from "../../census/transaction.ts";
import { openSessions, runTasks } from "../../census/workers.ts";
import type { DatabasePlan } from "../../plan/schema.ts";
import type { Target } from "../../postgres/types.ts";
import { recoverySql } from "../sql.ts";

const timeColumnsSql = recoverySql("time-columns");

/** One table at one time: no row, but how many, a hash over all of them, and when the newest was made. */
export interface TableState {
  readonly rows: number;
  /** Null where the rows were only counted. */
  readonly hash: string | null;
  /** ISO 8601 UTC; null where no column says when a row was made, or there is none. */
  readonly newest: string | null;
  /** False where the log has none of its rows: a copy of a point is empty there, which says nothing. */
  readonly logged: boolean;
}

/** The state of a database, by table. */
export type DatabaseState = ReadonlyMap<string, TableState>;

/** Reads the state of a database, READ ONLY, over two connections. */
export async function readState(
  target: Target,
  { database, now, note }: { database: DatabasePlan; now: Date; note: (text: string) => void },
): Promise<DatabaseState> {
  await using stack = new AsyncDisposableStack();
  const sessions = await openSessions(stack, target, 2);
  const [session] = sessions;
  if (session === undefined) throw new Error("a state needs a session");
  const { relations, tables } = await reading(session, {}, async () => {
    const relations = await listRelations(session);
    const scope = await resolveScope(session, withoutScope(database));
    return { relations, tables: (await listTables(session, relations, scope)).tables };
  });
  const own = tables.filter(({ kind, populated }) => kind !== "extension-table" && populated);
  const budget = database.census.table_budget;
  const hashing = hashTables(own, { read: {}, budget, countOnly: countedOnly(database, relations, now) });
  await runTasks(sessions, [...hashing.tasks], (done) => note(`${done} of ${hashing.tasks.length} pieces read`));
  await runTasks(sessions, [...hashing.recounts()]);

  const oids = own.flatMap(({ parts }) => parts.map(({ oid }) => oid));
  const columns = new Map(
    (await session.query<{ oid: number; column: string }>(timeColumnsSql, [oids])).map((row) => [row.oid, row.column]),
  );
  const counted = hashing.tables();
  const state = new Map<string, TableState>();
  // Of an unlogged table a copy has no rows, whatever it held: that is no state.
  const unlogged = new Set(relations.filter((one) => one.unlogged).map(({ oid }) => oid));
  for (const { name, parts } of own) {
    const newest: string[] = [];
    for (const { oid, qualified } of parts) {
      const column = columns.get(oid);
      if (column === undefined) continue;
      const [row] = await session.query<{ newest: string | null }>(
        `SELECT pg_catalog.to_char(max(${column}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS newest
         FROM ONLY ${qualified} WHERE pg_catalog.isfinite(${column})`,
      );
      if (row?.newest != null) newest.push(row.newest);
    }
    const { rows = 0, hash = null } = counted[name] ?? {};
    const logged = parts.every(({ oid }) => !unlogged.has(oid));
    state.set(name, { rows, hash, newest: newest.sort().at(-1) ?? null, logged });
  }
  return state;
}

/** What the plan leaves out may be younger than the point, or gone since: then it is no reason to see nothing. */
function withoutScope(database: DatabasePlan): DatabasePlan {
  return { ...database, scope: { ...database.scope, exclude: [] } };
}

/** One table as it was at the point, and as it is. */
export interface TableChange {
  readonly table: string;
  readonly was: TableState | null;
  readonly is: TableState | null;
  /** `unknown` where the rows were only counted, and their number is the same, or where the log has none of them. */
  readonly change: "same" | "changed" | "only then" | "only now" | "unknown";
}

/** Compares the database as it was with the database as it is, table by table. */
export function compareStates(then: DatabaseState, now: DatabaseState): TableChange[] {
  const names = [...new Set([...then.keys(), ...now.keys()])].sort();
  return names.map((table) => {
    const [was, is] = [then.get(table) ?? null, now.get(table) ?? null];
    return { table, was, is, change: changeOf(was, is) };
  });
}

function changeOf(was: TableState | null, is: TableState | null): TableChange["change"] {
  if (was === null) return "only now";
  if (is === null) return "only then";
  if (!was.logged) return "unknown";
  if (was.rows !== is.rows) return "changed";
  if (was.hash === null || is.hash === null) return "unknown";
  return was.hash === is.hash ? "same" : "changed";
}
