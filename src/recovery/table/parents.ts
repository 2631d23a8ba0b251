import type { CopySession } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { backupName, insertAsTheyWere, wanted } from "./dependants.ts";
import { findMissing } from "./difference.ts";
import type { OpenedTables } from "./open-tables.ts";
import { dangling, type Reference, refersTo } from "./references.ts";
import { streamRows } from "./stream-rows.ts";
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

/** Brings over the backup's rows that rows refer to which were written since `seen` and refer to nothing in production. */
async function fetchReferred(
  { production, backup }: ParentsOptions,
  key: Reference,
  child: WorkTable,
  parent: WorkTable,
  seen: string,
): Promise<boolean> {
  const columns = key.pairs.map((pair) => backupName(parent, pair.parent));
  if (columns.some((column) => column === null)) return false;
  const { from } = parent.backup;
  const typed = columns.map((column, index) => `${quoteIdentifier(column ?? "")} AS c${index}`).join(", ");
  await backup.query(`CREATE TEMP TABLE ${wanted} AS SELECT ${typed} FROM ${from} WITH NO DATA`);
  const written = (column: string) => `(a.row_after).${quoteIdentifier(column)}`;
  await streamRows(
    production,
    `SELECT DISTINCT ${key.pairs.map((pair) => written(pair.child)).join(", ")}
       FROM ${child.after} AS a WHERE a.nth > ${seen} AND ${dangling(key, written)}`,
    backup,
    `pg_temp.${wanted}`,
  );
  await production.query(`TRUNCATE ${parent.rows}`);
  const rows = parent.mapping.pairs.map((pair) => `r.${quoteIdentifier(pair.backup)}`).join(", ");
  const match = refersTo(
    key,
    (column) => `r.${quoteIdentifier(backupName(parent, column) ?? "")}`,
    (column) => `w.c${key.pairs.findIndex((pair) => pair.child === column)}`,
  );
  await streamRows(
    backup,
    `SELECT ${rows} FROM ${from} AS r WHERE EXISTS (SELECT FROM pg_temp.${wanted} AS w WHERE ${match})`,
    production,
    parent.rows,
  );
  await backup.query(`DROP TABLE pg_temp.${wanted}`);
  return true;
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
  const inserted = new Map<string, number>();
  const seen = new Map<Reference, string>();
  for (let found = true; found; ) {
    found = false;
    for (const parent of works) {
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
        if (!(await fetchReferred(options, key, child, parent, since))) continue;
        await findMissing(production, parent);
        const rows = await insertAsTheyWere(production, parent);
        inserted.set(parent.shape.sql, (inserted.get(parent.shape.sql) ?? 0) + rows);
        found ||= rows > 0;
      }
    }
  }
  return { works, inserted, blockers: [] };
}
