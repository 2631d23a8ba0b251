import { rowText } from "../../census/row-hash.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { list, live, restoredColumns, sameKey, type WorkTable } from "./work-table.ts";

export type Change = "missing" | "extra" | "changed";

/** How the rows of the backup and of production differ. */
export interface Difference {
  readonly backup_rows: number;
  readonly live_rows: number;
  /** Rows of the backup that production lacks. */
  readonly missing: number;
  /** Rows of production that the backup does not have: written since, or before it was cut down. */
  readonly extra: number;
  readonly changed: number;
  /** Columns in which changed rows differ, and in how many of them. */
  readonly columns: readonly { readonly name: string; readonly rows: number }[];
}

/** One row as two 64-bit hashes of its text and what tells it apart. OFFSET 0: the text is made once. */
function side(from: string, work: WorkTable): string {
  const keys = work.key?.columns.map(({ name }, index) => `r.${quoteIdentifier(name)} AS k${index}`) ?? [];
  const text = `${rowText(list(restoredColumns(work), "r."))} AS t`;
  const inner = `SELECT r.tableoid AS relation, r.ctid AS place, ${[...keys, text].join(", ")} FROM ${from} AS r OFFSET 0`;
  const hashed = "q.*, hashtextextended(q.t, 0) AS h0, hashtextextended(q.t, 1) AS h1";
  if (work.key !== null) return `SELECT ${hashed} FROM (${inner}) AS q`;
  return `SELECT *, row_number() OVER (PARTITION BY h0, h1 ORDER BY relation, place) AS twin FROM (SELECT ${hashed} FROM (${inner}) AS q) AS h`;
}

function join(work: WorkTable): string {
  if (work.key === null) return "b.h0 = l.h0 AND b.h1 = l.h1 AND b.twin = l.twin";
  return work.key.columns.map(({ operator }, index) => `b.k${index} ${operator} l.k${index}`).join(" AND ");
}

const classes = `CASE WHEN l.place IS NULL THEN 'missing' WHEN b.place IS NULL THEN 'extra' ELSE 'changed' END`;
const differs = "b.place IS NULL OR l.place IS NULL OR (b.h0, b.h1) IS DISTINCT FROM (l.h0, l.h1)";

/** Both sides, row by row: by key, or where there is none by all that a row holds and how often it stands there. */
function comparison(work: WorkTable): string {
  return `FROM (${side(work.rows, work)}) AS b FULL JOIN (${side(work.shape.from, work)}) AS l ON ${join(work)} WHERE ${differs}`;
}

/** Writes down every row that differs. The server does the work, in one statement and thus at one instant. */
export async function findChanges(session: Session, work: WorkTable): Promise<void> {
  await session.query(
    `INSERT INTO ${work.changes} (change, place, live_table, live_place)
     SELECT ${classes}, b.place, l.relation, l.place ${comparison(work)}`,
  );
  await session.query(`ANALYZE ${work.changes}`);
}

/** Rows of the backup that production lacks; nothing else is looked at. For tables of which only a part was brought. */
export async function findMissing(session: Session, work: WorkTable): Promise<void> {
  await session.query(`TRUNCATE ${work.changes}`);
  if (work.key === null) {
    await session.query(
      `INSERT INTO ${work.changes} (change, place)
       SELECT 'missing', b.place FROM (${side(work.rows, work)}) AS b LEFT JOIN (${side(work.shape.from, work)}) AS l ON ${join(work)}
        WHERE l.place IS NULL`,
    );
    return;
  }
  await session.query(
    `INSERT INTO ${work.changes} (change, place)
     SELECT 'missing', b.ctid FROM ${work.rows} AS b
      WHERE NOT EXISTS (SELECT FROM ${work.shape.from} AS ${live} WHERE ${sameKey(work.key, `${live}.`, "b.")})`,
  );
}

/** How many rows differ right now, by kind; nothing is written down. */
export async function countDifferences(session: Session, work: WorkTable): Promise<Record<Change, number>> {
  const rows = await session.query<{ change: Change; amount: string }>(
    `SELECT change, count(*)::text AS amount FROM (SELECT ${classes} AS change ${comparison(work)}) AS d GROUP BY 1`,
  );
  const amount = (change: Change) => Number(rows.find((row) => row.change === change)?.amount ?? 0);
  return { missing: amount("missing"), extra: amount("extra"), changed: amount("changed") };
}

const liveRow = (c: string) => `${live}.ctid = ${c}.live_place AND ${live}.tableoid = ${c}.live_table`;

/** In how many of the changed rows each column differs. */
async function changedColumns(session: Session, work: WorkTable): Promise<Difference["columns"]> {
  const names = restoredColumns(work);
  const counts = names.map((name) => {
    const [a, b] = [`b.${quoteIdentifier(name)}`, `${live}.${quoteIdentifier(name)}`];
    return `count(*) FILTER (WHERE ROW(${a})::text IS DISTINCT FROM ROW(${b})::text)`;
  });
  const [row] = await session.query<{ counts: number[] }>(
    `SELECT ARRAY[${counts.join(", ")}]::float8[] AS counts FROM ${work.changes} AS c
      JOIN ${work.rows} AS b ON b.ctid = c.place JOIN ${work.shape.from} AS ${live} ON ${liveRow("c")}
     WHERE c.change = 'changed'`,
  );
  return names.map((name, index) => ({ name, rows: row?.counts[index] ?? 0 })).filter(({ rows }) => rows > 0);
}

/** Sums up what `findChanges` wrote down. */
export async function describeDifference(session: Session, work: WorkTable): Promise<Difference> {
  const [row] = await session.query<Record<Change | "backup_rows" | "live_rows", number>>(
    `SELECT (SELECT count(*) FROM ${work.rows})::float8 AS backup_rows, (SELECT count(*) FROM ${work.shape.from})::float8 AS live_rows,
       ${(["missing", "extra", "changed"] as const).map((change) => `count(*) FILTER (WHERE change = '${change}')::float8 AS ${change}`).join(", ")}
     FROM ${work.changes}`,
  );
  const { backup_rows = 0, live_rows = 0, missing = 0, extra = 0, changed = 0 } = row ?? {};
  const columns = changed === 0 ? [] : await changedColumns(session, work);
  return { backup_rows, live_rows, missing, extra, changed, columns };
}

/** So many keys are shown of each kind. */
const shownKeys = 10;

/** Keys of some rows that differ, part by part, with their types; none where the table has no key. */
export async function someKeys(
  session: Session,
  work: WorkTable,
): Promise<{ readonly change: Change; readonly key: readonly { readonly value: string; readonly type: string }[] }[]> {
  const { key } = work;
  if (key === null) return [];
  const parts = (alias: string) =>
    `ARRAY[${key.columns.map(({ name }) => `format('%s', ${alias}.${quoteIdentifier(name)})`).join(", ")}]`;
  const rows = await session.query<{ change: Change; key: string[] }>(
    `SELECT c.change, CASE WHEN c.place IS NULL THEN ${parts(live)} ELSE ${parts("b")} END AS key
       FROM (SELECT *, row_number() OVER (PARTITION BY change ORDER BY nth) AS rank FROM ${work.changes}) AS c
       LEFT JOIN ${work.rows} AS b ON b.ctid = c.place
       LEFT JOIN ${work.shape.from} AS ${live} ON ${liveRow("c")} AND c.place IS NULL
      WHERE c.rank <= ${shownKeys} ORDER BY c.change, c.nth`,
  );
  return rows.map((row) => ({
    change: row.change,
    key: row.key.map((value, index) => ({ value, type: key.columns[index]?.type ?? "unknown" })),
  }));
}
