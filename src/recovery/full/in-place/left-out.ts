import { definitionsInScope, listRelations, type Relation, rowsInScope } from "../../../census/relations.ts";
import type { Scope } from "../../../census/types.ts";
import type { Session } from "../../../postgres/types.ts";
import { recoverySql } from "../../sql.ts";
import type { TableLoss } from "../../types.ts";
import type { BackupAtHand, FullRecovery } from "../types.ts";
import { type Ground, tableKey } from "./ground.ts";
import { scopeOfPlan } from "./scope-of-plan.ts";

const dropOursSql = recoverySql("full/drop-ours");
const harmedSql = recoverySql("full/harmed");

/** What a backup leaves out stays where it is, also when all else is made anew. */
export interface Room {
  /** Our schemas, in which definitions are made anew. */
  readonly schemas: readonly string[];
  /** Relations in them that stay, by oid. */
  readonly stays: readonly number[];
}

/** One object that is dropped where the definitions are made anew, with all that hangs on it. */
export interface Dropped {
  readonly sql: string;
  readonly classid: number;
  readonly objid: number;
  readonly schema: string;
  /** As messages of the server name it. */
  readonly name: string;
}

/** Where definitions are made anew, and which relations stay there: those of the scope's tables, with what is theirs. */
export function roomOf(relations: readonly Relation[], scope: Scope, ground: Ground): Room {
  const tables = new Set(scope.excludedTables);
  const out = new Set(relations.filter(({ qualified }) => tables.has(qualified)).map(({ oid }) => oid));
  const theirs = ({ oid, root, owner_table }: Relation) =>
    out.has(oid) || out.has(root) || (owner_table !== null && out.has(owner_table));
  const excluded = new Set(scope.excludedSchemas);
  return {
    schemas: [...ground.schemas].filter((schema) => !excluded.has(schema)),
    stays: relations.filter(theirs).map(({ oid }) => oid),
  };
}

/** What is dropped to make room, in the order in which it can be. */
export async function listDropped(session: Session, { schemas, stays }: Room): Promise<Dropped[]> {
  return await session.query<Dropped & Record<string, unknown>>(dropOursSql, [[...schemas], [...stays]]);
}

/** What of the things that are left out would go. */
export interface Going {
  /** Sentences: what would be in no backup afterwards. Nothing may be done while there are any. */
  readonly obstacles: string[];
  /** Rows that a comparison by the backup's scope does not see. */
  readonly losses: TableLoss[];
}

const shown = 5;
const few = (names: readonly string[]) =>
  `${names.slice(0, shown).join(", ")}${names.length > shown ? ` and ${names.length - shown} more` : ""}`;

/** Exact, but for a table that we may not read: of that one nobody knows. */
async function countRows(session: Session, { qualified, readable }: Relation): Promise<number | null> {
  if (!readable) return null;
  const [row] = await session.query<{ n: number }>(`SELECT count(*)::float8 AS n FROM ONLY ${qualified}`);
  return row?.n ?? null;
}

/**
 * Finds what a recovery in place would destroy although the plan or the backup leaves it out. The safety backup leaves
 * out what the plan does, so such rows and definitions would be nowhere. Reads only, in a transaction.
 */
export async function whatWouldGo(
  session: Session,
  { database }: Pick<FullRecovery, "database">,
  { backup, ground, rebuild }: { backup: BackupAtHand; ground: Ground; rebuild: boolean },
): Promise<Going> {
  const then = backup.scope;
  const relations = await listRelations(session);
  const now = await scopeOfPlan(session, relations, database);
  const room = roomOf(relations, then, ground);
  const dropped = rebuild ? await listDropped(session, room) : [];
  const obstacles: string[] = [];
  const losses: TableLoss[] = [];

  const droppedOids = new Set(dropped.map(({ objid }) => objid));
  const [rowsThen, rowsNow] = [rowsInScope(then), rowsInScope(now)];
  const names = new Map(relations.map(({ oid, qualified }) => [oid, qualified]));
  const emptied = (r: Relation) =>
    rowsThen(r) &&
    backup.census.tables[names.get(r.root) ?? ""] !== undefined &&
    ground.writable.has(tableKey(r.schema, r.name));
  for (const relation of relations) {
    if (relation.kind !== "r" || relation.extension !== null) continue;
    if (!droppedOids.has(relation.root) && !emptied(relation)) continue;
    // A standby leaves out what is not logged, whatever the plan says.
    const unsaved = !rowsNow(relation) || (relation.unlogged && !rowsThen(relation));
    if (!unsaved && rowsThen(relation)) continue;
    const rows = await countRows(session, relation);
    if (rows === 0) continue;
    if (!rowsThen(relation)) {
      losses.push({ table: relation.qualified, rows_now: rows, rows_then: null, younger: null });
    }
    if (unsaved) obstacles.push(rowsWouldGo(relation.qualified, rows));
  }

  const outSinceThen = dropped.filter(
    ({ schema }) => now.excludedSchemas.includes(schema) && !then.excludedSchemas.includes(schema),
  );
  const definitions = outSinceThen.filter(({ objid }) => !names.has(objid));
  if (definitions.length > 0) {
    obstacles.push(
      `The plan leaves out what was not left out of the backup, and it would be dropped without a copy: ${few(definitions.map(({ name }) => name))}. Take the schema out of scope.exclude for this recovery, or drop them yourself.`,
    );
  }

  if (dropped.length > 0) {
    const isIn = definitionsInScope(then);
    const stays = new Set([...room.stays, ...relations.filter((r) => !isIn(r)).map(({ oid }) => oid)]);
    const harmed = await session.query<{ name: string }>(harmedSql, [
      dropped.map(({ classid }) => classid),
      dropped.map(({ objid }) => objid),
      [...then.excludedSchemas],
      [...stays],
    ]);
    obstacles.push(...harmed.map(({ name }) => hangsOnIt(name)));
  }
  return { obstacles, losses };
}

function rowsWouldGo(table: string, rows: number | null): string {
  const held = rows === null ? "rows that this role may not count" : `${rows} rows`;
  return `${table} holds ${held} that the plan leaves out of every backup, and they would be gone for good. Take it out of scope.exclude, so that the safety backup holds them, or empty it yourself.`;
}

function hangsOnIt(name: string): string {
  return `The ${name} is left out of the backup, hangs on what is made anew, and would be dropped with it. Include it and take a new backup, or note it down, drop it yourself, and make it again afterwards.`;
}
