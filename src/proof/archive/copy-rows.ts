import type { Relation } from "../../census/relations.ts";
import type { CopySession } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { LineSums, type RowSums } from "../../restore/foreign/row-sums.ts";
import type { ArchivedTable } from "../../restore/foreign/types.ts";

/** The columns of a table whose values a dump carries, in their order: generated ones are computed anew. */
async function storedColumns(session: CopySession, oid: number): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT attname AS name FROM pg_catalog.pg_attribute
     WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [oid],
  );
  return rows.map(({ name }) => name);
}

/** The columns that are compared: those that the archive lists, else all that a dump carries. */
export async function comparedColumns(
  session: CopySession,
  relation: Relation,
  archived: ArchivedTable,
): Promise<string> {
  const columns = archived.columns ?? (await storedColumns(session, relation.oid));
  return columns.map(quoteIdentifier).join(", ");
}

/** Counts and hashes a table of the copy in the archive's own form: COPY's lines, with these columns in this order. */
export async function copyRows(session: CopySession, relation: Relation, columns: string): Promise<RowSums> {
  const sums = new LineSums();
  // COPY of a table gives its own rows only; of a partitioned or foreign one it gives none.
  const what =
    relation.kind === "r"
      ? `${relation.qualified}${columns === "" ? "" : ` (${columns})`}`
      : `(SELECT ${columns} FROM ${relation.qualified})`;
  await session.copyOut(`COPY ${what} TO STDOUT`, (rows) => sums.push(rows));
  return sums.result;
}
