import type { HashedColumn } from "../../census/column-hash.ts";
import { definitionsInScope, listRelations, type Relation } from "../../census/relations.ts";
import { listTables } from "../../census/table-list.ts";
import type { Scope } from "../../census/types.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { canonical } from "../names.ts";
import { proofSql } from "../sql.ts";

export interface NarrowColumn {
  readonly name: string;
  /** With its modifier, and without. */
  readonly type: string;
  readonly bare_type: string;
  /** The expression of a stored generated column; null for all others. */
  readonly generated: string | null;
}

/** A table of the copy that is compared with the archive. */
export interface NarrowTable {
  /** Its name in the census. */
  readonly name: string;
  /** The relations that hold its rows: itself, or a partitioned table's leaves. */
  readonly relations: readonly Relation[];
  /** In the census' order. */
  readonly columns: readonly NarrowColumn[];
  /** The same as the census hashes them. */
  readonly hashed: readonly HashedColumn[];
  /** Names of the columns that tell rows apart; null where only all of them do. */
  readonly key: readonly string[] | null;
  /** A query of all its rows on the copy, columns in order. */
  readonly rowsSql: string;
}

/** Columns as an SQL list, quoted. */
export function columnList(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => quoteIdentifier(name)).join(", ");
}

async function describeTable(
  session: Session,
  { name, relations, hashed }: Pick<NarrowTable, "name" | "relations" | "hashed">,
  rowsSql: (columns: string) => string,
): Promise<NarrowTable | null> {
  const oid = relations[0]?.root;
  if (oid === undefined) return null;
  const columns = await session.query<NarrowColumn & Record<string, unknown>>(await proofSql("narrow-columns.sql"), [
    oid,
  ]);
  const keys = await session.query<{ columns: string[] }>(await proofSql("narrow-key.sql"), [oid]);
  return { name, relations, columns, hashed, key: keys[0]?.columns ?? null, rowsSql: rowsSql(columnList(columns)) };
}

/** Finds tables of the copy by their names in the census; those that are not there are left out. */
export async function findTables(session: Session, scope: Scope, names: readonly string[]): Promise<NarrowTable[]> {
  const relations = (await listRelations(session)).filter(definitionsInScope(scope));
  const byOid = new Map(relations.map((relation) => [relation.oid, relation]));
  const wanted = new Set(names.map(canonical));
  const { tables } = await listTables(session, relations, scope);
  const found: NarrowTable[] = [];
  for (const { name, kind, parts } of tables) {
    if (!wanted.has(canonical(name)) || kind === "matview" || kind === "extension-table") continue;
    const own = parts.flatMap(({ oid }) => byOid.get(oid) ?? []);
    const rowsSql = (columns: string) =>
      parts.map((part) => `SELECT ${columns} FROM ONLY ${part.qualified} ${part.condition}`).join("\nUNION ALL\n");
    const described = { name, relations: own, hashed: parts[0]?.hashed ?? [] };
    const table = await describeTable(session, described, rowsSql);
    if (table !== null) found.push(table);
  }
  return found;
}
