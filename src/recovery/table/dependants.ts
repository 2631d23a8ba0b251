import type { CopySession } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { relink, type Written } from "./apply.ts";
import { findMissing } from "./difference.ts";
import { backupName, bringLinked, insertAsTheyWere } from "./linked-rows.ts";
import type { Reference } from "./references.ts";
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

/** The values by which rows elsewhere refer to rows that were inserted since `seen`. */
function valuesOf(key: Reference, parent: WorkTable, seen: string): string {
  const values = key.pairs.map((pair) => `(a.row_after).${quoteIdentifier(pair.parent)}`).join(", ");
  return `SELECT DISTINCT ${values} FROM ${parent.after} AS a WHERE a.change = 'inserted' AND a.nth > ${seen}`;
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
        const values = valuesOf(key, parent, since);
        if (!(await bringLinked(options, { key, end: "child", into: child, values }))) continue;
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
