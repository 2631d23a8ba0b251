import { rowText } from "../../census/row-hash.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { list, live, restoredColumns, sameKey, targetList, type WorkTable } from "./work-table.ts";

/** Rows of one table that were written. */
export interface Written {
  readonly inserted: number;
  readonly changed: number;
  readonly deleted: number;
  /** Rows that were there and got back a reference that had been set to NULL. */
  readonly relinked: number;
}

const atPlace = `${live}.ctid = c.live_place AND ${live}.tableoid = c.live_table`;

/** Keeps rows as they are, for the undo file and for columns that the backup does not know. */
export async function keepBefore(session: Session, work: WorkTable, changes: readonly string[]): Promise<void> {
  await session.query(
    `INSERT INTO ${work.before} (change_nth, change, row_before)
     SELECT c.nth, c.change, ${live} FROM ${work.changes} AS c JOIN ${work.shape.from} AS ${live} ON ${atPlace}
      WHERE c.change = ANY ($1::text[])`,
    [changes],
  );
}

/** Runs a statement that writes rows, keeps what they are afterwards, and gives their number. */
async function write(session: Session, work: WorkTable, change: string, statement: string): Promise<number> {
  const [row] = await session.query<{ rows: number }>(
    `WITH written AS (${statement} RETURNING ${live} AS row_after),
          kept AS (INSERT INTO ${work.after} (change, row_after) SELECT '${change}', w.row_after FROM written AS w RETURNING 1)
     SELECT count(*)::float8 AS rows FROM kept`,
  );
  return row?.rows ?? 0;
}

/**
 * Inserts the missing rows.
 *
 * @param conflicts `skip` leaves out a row whose key or other unique value has been taken meanwhile; `fail` lets the server
 *   refuse it (and is all that a deferrable unique constraint allows)
 */
export function insertMissing(session: Session, work: WorkTable, conflicts: "skip" | "fail"): Promise<number> {
  const columns = restoredColumns(work);
  return write(
    session,
    work,
    "inserted",
    `INSERT INTO ${work.shape.sql} AS ${live} ${targetList(columns)} OVERRIDING SYSTEM VALUE
     SELECT ${list(columns, "b.")} FROM ${work.changes} AS c JOIN ${work.rows} AS b ON b.ctid = c.place
      WHERE c.change = 'missing' ORDER BY c.nth ${conflicts === "skip" ? "ON CONFLICT DO NOTHING" : ""}`,
  );
}

/**
 * Takes rows away. The caller has made sure that nothing refers to them, and that there are some: a table that is published
 * and has no replica identity refuses even a DELETE of nothing.
 */
export async function deleteRows(session: Session, work: WorkTable, changes: readonly string[]): Promise<number> {
  const [row] = await session.query<{ rows: number }>(
    `WITH gone AS (DELETE FROM ${work.shape.from} AS ${live} USING ${work.changes} AS c
                    WHERE ${atPlace} AND c.change = ANY ($1::text[]) RETURNING 1)
     SELECT count(*)::float8 AS rows FROM gone`,
    [changes],
  );
  return row?.rows ?? 0;
}

/** Sets changed rows back where they are. */
export async function updateChanged(session: Session, work: WorkTable): Promise<number> {
  const keyColumns = new Set(work.key?.columns.map(({ name }) => name) ?? []);
  // An identity column that is always generated cannot be set by UPDATE; where it differs, the comparison afterwards says so.
  const fixed = new Set(work.shape.columns.filter(({ identity }) => identity === "a").map(({ name }) => name));
  const columns = restoredColumns(work).filter((name) => !keyColumns.has(name) && !fixed.has(name));
  if (columns.length === 0) return 0;
  return write(
    session,
    work,
    "changed",
    `UPDATE ${work.shape.from} AS ${live} SET ${columns.map((name) => `${quoteIdentifier(name)} = b.${quoteIdentifier(name)}`).join(", ")}
       FROM ${work.changes} AS c JOIN ${work.rows} AS b ON b.ctid = c.place WHERE ${atPlace} AND c.change = 'changed'`,
  );
}

/**
 * Puts changed rows in anew after `deleteRows` took them away: where rows have exchanged the value of a unique column, no
 * UPDATE could set them back one by one. Columns that the backup does not know keep what they held.
 */
export function reinsertChanged(session: Session, work: WorkTable): Promise<number> {
  const columns = restoredColumns(work);
  const { added } = work.mapping;
  const kept = added.map((name) => `(f.row_before).${quoteIdentifier(name)}`);
  return write(
    session,
    work,
    "changed",
    `INSERT INTO ${work.shape.sql} AS ${live} ${targetList([...columns, ...added])} OVERRIDING SYSTEM VALUE
     SELECT ${[...columns.map((name) => `b.${quoteIdentifier(name)}`), ...kept].join(", ")}
       FROM ${work.changes} AS c JOIN ${work.rows} AS b ON b.ctid = c.place JOIN ${work.before} AS f ON f.change_nth = c.nth
      WHERE c.change = 'changed'`,
  );
}

/**
 * Gives a reference back to rows that were kept when the row that they referred to was deleted, and lost it then
 * (ON DELETE SET NULL).
 *
 * @param columns the columns that the deletion had set to NULL
 */
export async function relink(session: Session, work: WorkTable, columns: readonly string[]): Promise<number> {
  if (work.key === null) return 0;
  const lost = columns.map(
    (name) => `${live}.${quoteIdentifier(name)} IS NULL AND b.${quoteIdentifier(name)} IS NOT NULL`,
  );
  const where = `${sameKey(work.key, `${live}.`, "b.")} AND ${lost.join(" AND ")}`;
  await session.query(
    `INSERT INTO ${work.before} (change, row_before)
     SELECT 'relinked', k.r FROM (SELECT ${live} AS r FROM ${work.shape.from} AS ${live} JOIN ${work.rows} AS b ON ${where}
       FOR UPDATE OF ${live}) AS k`,
  );
  const set = columns.map((name) => `${quoteIdentifier(name)} = b.${quoteIdentifier(name)}`).join(", ");
  return write(
    session,
    work,
    "relinked",
    `UPDATE ${work.shape.from} AS ${live} SET ${set} FROM ${work.rows} AS b WHERE ${where}`,
  );
}

/**
 * Rows that are not as the backup has them although they were just written so: something acts on the table.
 *
 * @param since the last row of `after` that is not looked at any more, such as `17`
 */
export async function countAltered(session: Session, work: WorkTable, since = "0"): Promise<number> {
  const columns = restoredColumns(work);
  const [row] = await session.query<{ rows: number }>(
    `SELECT count(*)::float8 AS rows FROM (
       SELECT ${rowText(columns.map((name) => `(a.row_after).${quoteIdentifier(name)}`).join(", "))}
         FROM ${work.after} AS a WHERE a.change IN ('inserted', 'changed') AND a.nth > ${since}
       EXCEPT ALL
       SELECT ${rowText(list(columns, "b."))} FROM ${work.rows} AS b) AS altered`,
  );
  return row?.rows ?? 0;
}

/** The number of the last row that was written. */
export async function lastWritten(session: Session, work: WorkTable): Promise<string> {
  const [row] = await session.query<{ last: string }>(`SELECT coalesce(max(nth), 0)::text AS last FROM ${work.after}`);
  return row?.last ?? "0";
}

/** Missing rows that were not inserted since their place is taken: by a row of the same key, or by another unique value. */
export async function explainConflicts(
  session: Session,
  work: WorkTable,
): Promise<{ readonly same_key: number; readonly by: readonly { readonly unique: string; readonly rows: number }[] }> {
  if (work.key === null) return { same_key: 0, by: [] };
  const columns = new Set(restoredColumns(work));
  const left = `FROM ${work.changes} AS c JOIN ${work.rows} AS b ON b.ctid = c.place
    WHERE c.change = 'missing' AND NOT EXISTS (SELECT FROM ${work.after} AS a WHERE ${sameKeyOf(work, "b.")})`;
  const count = async (condition: string) => {
    const [row] = await session.query<{ rows: number }>(
      `SELECT count(*)::float8 AS rows ${left} AND EXISTS (SELECT FROM ${work.shape.from} AS ${live} WHERE ${condition})`,
    );
    return row?.rows ?? 0;
  };
  const by: { unique: string; rows: number }[] = [];
  for (const { name, columns: parts } of work.others) {
    if (parts === null || !parts.every((part) => columns.has(part))) continue;
    const rows = await count(`ROW(${list(parts, `${live}.`)})::text = ROW(${list(parts, "b.")})::text`);
    if (rows > 0) by.push({ unique: name, rows });
  }
  return { same_key: await count(sameKey(work.key, `${live}.`, "b.")), by };
}

/** The key of a row in `after`. */
function sameKeyOf(work: WorkTable, right: string): string {
  return (work.key?.columns ?? [])
    .map(({ name, operator }) => `(a.row_after).${quoteIdentifier(name)} ${operator} ${right}${quoteIdentifier(name)}`)
    .join(" AND ");
}
