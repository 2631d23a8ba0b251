import type { CopySession } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { findMissing } from "./difference.ts";
import { bringLinked, insertAsTheyWere } from "./linked-rows.ts";
import type { OpenedTables } from "./open-tables.ts";
import { dangling, type Reference } from "./references.ts";
import { openWorkTable, type WorkTable } from "./work-table.ts";

interface ParentsOptions {
  readonly production: CopySession;
  readonly backup: CopySession;
  readonly references: readonly Reference[];
  readonly opened: OpenedTables;
  readonly replica: boolean;
}

/** What came back of the tables that the written rows refer to. */
export interface ParentsBrought {
  readonly works: readonly WorkTable[];
  readonly inserted: ReadonlyMap<string, number>;
  readonly blockers: readonly string[];
}

/** Where nobody asked for it. */
export const noParents: ParentsBrought = { works: [], inserted: new Map(), blockers: [] };

/** The values by which rows that were written since `seen` refer to nothing in production. */
function valuesOf(key: Reference, child: WorkTable, seen: string): string {
  const written = (column: string) => `(a.row_after).${quoteIdentifier(column)}`;
  const values = key.pairs.map((pair) => written(pair.child)).join(", ");
  return `SELECT DISTINCT ${values} FROM ${child.after} AS a WHERE a.nth > ${seen} AND ${dangling(key, written)}`;
}

/**
 * Brings back what the written rows refer to and what is missing, what that refers to, and so on. A row that is there
 * under its key is left as it is; what the backup does not have either stays missing, and is told as a broken reference.
 *
 * @param written the tables whose rows were written, the recovered one first
 */
export async function bringParents(
  options: ParentsOptions,
  written: readonly WorkTable[],
  note: (text: string) => void,
): Promise<ParentsBrought> {
  const { production, references, opened, replica } = options;
  if (!replica) {
    // The server asks for a parent the moment its child is written, and we know of it only afterwards.
    const why =
      "--with-parents needs a role that may set session_replication_role (a superuser; on Supabase: postgres)";
    return { ...noParents, blockers: [why] };
  }
  const works: WorkTable[] = [];
  for (const [index, pair] of opened.parents.entries()) {
    works.push(await openWorkTable(production, opened.dependants.length + 2 + index, pair));
  }
  const all = [...written, ...works];
  // Where references go in circles, what depends on the table is also what it needs.
  const needed = all.slice(1);
  const inserted = new Map<string, number>();
  const seen = new Map<Reference, string>();
  for (let found = true; found; ) {
    found = false;
    for (const parent of needed) {
      for (const key of references.filter((one) => one.binding && one.parent === parent.shape.sql)) {
        const child = all.find(({ shape }) => shape.sql === key.child);
        if (child === undefined) continue;
        const since = seen.get(key) ?? "0";
        const [row] = await production.query<{ last: string | null }>(
          `SELECT max(nth)::text AS last FROM ${child.after} WHERE nth > ${since}`,
        );
        if (row === undefined || row.last === null) continue;
        seen.set(key, row.last);
        note(`${parent.shape.schema}.${parent.shape.name}`);
        const values = valuesOf(key, child, since);
        if (!(await bringLinked(options, { key, end: "parent", into: parent, values }))) continue;
        await findMissing(production, parent);
        const rows = await insertAsTheyWere(production, parent);
        inserted.set(parent.shape.sql, (inserted.get(parent.shape.sql) ?? 0) + rows);
        found ||= rows > 0;
      }
    }
  }
  return { works, inserted, blockers: [] };
}
