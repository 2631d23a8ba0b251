import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import type { ColumnMapping } from "./columns.ts";
import { type Key, type OtherUnique, otherUniques, type TableShape } from "./shape.ts";

/** What a table of production is called in statements that also name temporary tables. No column may be called so. */
export const live = "ithaca_live";

/**
 * A table at work: its four temporary tables vanish with the transaction. `rows` holds what comes from the backup, with
 * production's columns and types and without any constraint; `changes` what differs; `before` and `after` the rows that were
 * written, as they were and as they are, each in one column of the table's own row type.
 */
export interface WorkTable {
  readonly shape: TableShape;
  /** As the database has it that the rows come from. */
  readonly backup: TableShape;
  readonly mapping: ColumnMapping;
  /** null where nothing tells two rows apart but all that they hold. */
  readonly key: Key | null;
  readonly others: readonly OtherUnique[];
  readonly rows: string;
  readonly changes: string;
  readonly before: string;
  readonly after: string;
}

/** Column names as a list, each with what goes before it. */
export function list(names: readonly string[], prefix = ""): string {
  return names.map((name) => `${prefix}${quoteIdentifier(name)}`).join(", ");
}

/** A list in parentheses as INSERT takes it; a table without columns has none. */
export function targetList(names: readonly string[]): string {
  return names.length === 0 ? "" : `(${list(names)})`;
}

/** Columns that may be written, which are all that a row is made of. */
export function writableColumns({ columns }: Pick<TableShape, "columns">): string[] {
  return columns.filter(({ generated }) => generated === "").map(({ name }) => name);
}

/** The columns that come from the backup. */
export function restoredColumns({ mapping }: Pick<WorkTable, "mapping">): string[] {
  return mapping.pairs.map((pair) => pair.live);
}

/** The condition by which two rows have the same key, as the key's own index compares. */
export function sameKey(key: Key, left: string, right: string): string {
  return key.columns
    .map(({ name, operator }) => `${left}${quoteIdentifier(name)} ${operator} ${right}${quoteIdentifier(name)}`)
    .join(" AND ");
}

/**
 * Makes the temporary tables. CREATE TABLE AS takes over types and collations, and neither defaults nor constraints nor
 * triggers.
 */
export async function openWorkTable(
  session: Session,
  index: number,
  parts: Pick<WorkTable, "shape" | "backup" | "mapping" | "key">,
): Promise<WorkTable> {
  const { shape, mapping, key } = parts;
  const names = {
    rows: `pg_temp.ithaca_rows_${index}`,
    changes: `pg_temp.ithaca_changes_${index}`,
    before: `pg_temp.ithaca_before_${index}`,
    after: `pg_temp.ithaca_after_${index}`,
  };
  const bare = (name: string) => name.replace("pg_temp.", "");
  const restored = list(mapping.pairs.map((pair) => pair.live));
  const nth = "nth bigint GENERATED ALWAYS AS IDENTITY";
  await session.query(
    `CREATE TEMP TABLE ${bare(names.rows)} ON COMMIT DROP AS SELECT ${restored} FROM ${shape.from} WITH NO DATA;
     CREATE TEMP TABLE ${bare(names.changes)} (${nth}, change text, place tid, live_table oid, live_place tid) ON COMMIT DROP;
     CREATE TEMP TABLE ${bare(names.before)} (${nth}, change_nth bigint, change text, row_before ${shape.sql}) ON COMMIT DROP;
     CREATE TEMP TABLE ${bare(names.after)} (${nth}, change text, row_after ${shape.sql}) ON COMMIT DROP`,
  );
  return { ...parts, ...names, others: await otherUniques(session, shape, key) };
}
