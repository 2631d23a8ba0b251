import type { CopySession } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { countAltered, insertMissing, lastWritten, relink, type Written } from "./apply.ts";
import { findMissing } from "./difference.ts";
import { tableErrors } from "./errors.ts";
import type { Reference } from "./references.ts";
import { refersTo } from "./references.ts";
import { streamRows } from "./stream-rows.ts";
import type { WorkTable } from "./work-table.ts";

export interface DependantsOptions {
  readonly production: CopySession;
  /** The database that the rows come from, in one snapshot, and with the right to make temporary tables. */
  readonly backup: CopySession;
  /** The recovered table and everything that depends on it, parents first. */
  readonly works: readonly WorkTable[];
  readonly references: readonly Reference[];
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** What came back, by table, as SQL names it. */
export type DependantsWritten = ReadonlyMap<string, Written>;

const nothing: Written = { inserted: 0, changed: 0, deleted: 0, relinked: 0 };

/** A column of production by its name in the backup; null where the backup has none of it. */
export function backupName(work: WorkTable, live: string): string | null {
  return work.mapping.pairs.find((pair) => pair.live === live)?.backup ?? null;
}

/** The name of a foreign key's temporary table in the backup's database: the values that its rows must refer to. */
export const wanted = "ithaca_wanted";

/**
 * Brings over the backup's rows that refer to rows which were inserted since `seen`. Only these go over the wire.
 *
 * @returns whether the backup can be asked: a column of the key may have been added since
 */
async function fetchReferring(
  { production, backup }: DependantsOptions,
  key: Reference,
  parent: WorkTable,
  child: WorkTable,
  seen: string,
): Promise<boolean> {
  const columns = key.pairs.map((pair) => backupName(child, pair.child));
  if (columns.some((column) => column === null)) return false;
  const [first = "", ...rest] = columns.map((column, index) => `${quoteIdentifier(column ?? "")} AS c${index}`);
  const { from } = child.backup;
  await backup.query(`CREATE TEMP TABLE ${wanted} AS SELECT ${[first, ...rest].join(", ")} FROM ${from} WITH NO DATA`);
  const values = key.pairs.map((pair) => `(a.row_after).${quoteIdentifier(pair.parent)}`).join(", ");
  await streamRows(
    production,
    `SELECT DISTINCT ${values} FROM ${parent.after} AS a WHERE a.change = 'inserted' AND a.nth > ${seen}`,
    backup,
    `pg_temp.${wanted}`,
  );
  await backup.query(`ANALYZE pg_temp.${wanted}`);
  await production.query(`TRUNCATE ${child.rows}`);
  const rows = child.mapping.pairs.map((pair) => `r.${quoteIdentifier(pair.backup)}`).join(", ");
  const match = refersTo(
    key,
    (column) => `w.c${key.pairs.findIndex((pair) => pair.parent === column)}`,
    (column) => `r.${quoteIdentifier(backupName(child, column) ?? "")}`,
  );
  await streamRows(
    backup,
    `SELECT ${rows} FROM ${from} AS r WHERE EXISTS (SELECT FROM pg_temp.${wanted} AS w WHERE ${match})`,
    production,
    child.rows,
  );
  await backup.query(`DROP TABLE pg_temp.${wanted}`);
  await production.query(`ANALYZE ${child.rows}`);
  return true;
}

/** Inserts what is missing of a table. @throws table.not_as_written */
export async function insertAsTheyWere(production: CopySession, child: WorkTable): Promise<number> {
  const since = await lastWritten(production, child);
  const inserted = await insertMissing(production, child, "fail");
  const altered = await countAltered(production, child, since);
  if (altered === 0) return inserted;
  const what = `${altered} rows were changed by something while they were written`;
  throw tableErrors.not_as_written({ table: child.shape.sql, what });
}

/**
 * Brings back what vanished with the rows that were just inserted: rows elsewhere that referred to them, what referred to
 * those, and so on, until nothing more is found. Rows that were kept and only lost their reference (ON DELETE SET NULL) get
 * it back. A row that is there under its key is left as it is.
 */
export async function restoreDependants(options: DependantsOptions): Promise<DependantsWritten> {
  const { production, works, references, note, signal } = options;
  const written = new Map<string, Written>();
  const seen = new Map<Reference, string>();
  const add = (work: WorkTable, more: Partial<Written>) => {
    const sum = written.get(work.shape.sql) ?? nothing;
    written.set(work.shape.sql, {
      ...sum,
      inserted: sum.inserted + (more.inserted ?? 0),
      relinked: sum.relinked + (more.relinked ?? 0),
    });
  };
  // Each round takes what the last one has inserted; a graph without cycles is done after one, and a look for more.
  for (let found = true; found; ) {
    found = false;
    for (const child of works) {
      for (const key of references.filter((one) => one.child === child.shape.sql)) {
        const parent = works.find(({ shape }) => shape.sql === key.parent);
        if (parent === undefined) continue;
        signal.throwIfAborted();
        const since = seen.get(key) ?? "0";
        const [row] = await production.query<{ last: string | null }>(
          `SELECT max(nth)::text AS last FROM ${parent.after} WHERE change = 'inserted' AND nth > ${since}`,
        );
        if (row?.last === null || row === undefined) continue;
        seen.set(key, row.last);
        note(`${child.shape.schema}.${child.shape.name}`);
        if (!(await fetchReferring(options, key, parent, child, since))) continue;
        const sets = key.onDelete === "set null" && key.sets.every((name) => backupName(child, name) !== null);
        const relinked = sets ? await relink(production, child, key.sets) : 0;
        await findMissing(production, child);
        // A row that was kept without its reference has no key by which it could be told from one that is missing.
        const inserted = sets && child.key === null ? 0 : await insertAsTheyWere(production, child);
        add(child, { inserted, relinked });
        found ||= inserted > 0;
      }
    }
  }
  return written;
}
