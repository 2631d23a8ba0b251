import type { Relation } from "../../census/relations.ts";
import { type CopyIn, connectForCopy } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Target } from "../../postgres/types.ts";
import { type RowsTarget, rowsTarget } from "../../restore/foreign/row-statements.ts";
import { LineSums, type RowSums } from "../../restore/foreign/row-sums.ts";
import { SqlScanner } from "../../restore/foreign/sql-scanner.ts";
import { kindOf } from "../../restore/foreign/statement.ts";
import type { ArchivedTable, SqlSource } from "../../restore/foreign/types.ts";

/** A table whose rows are brought into the copy's text form. */
export interface WantedTable {
  readonly archived: ArchivedTable;
  readonly relation: Relation;
  /** The compared columns, quoted, with commas between. */
  readonly columns: string;
}

/** A list of columns as COPY takes it; of none it takes no brackets either. */
const inBrackets = (columns: string) => (columns === "" ? "" : `(${columns})`);

/** INSERTs are sent together up to this many bytes. */
const batchBytes = 512 * 1024;
const head = /^\s*INSERT\s+INTO\s+(?:"(?:[^"]|"")+"|[^\s."]+)\s*\.\s*(?:"(?:[^"]|"")+"|[^\s("]+)/i;

/**
 * Reads the archive a second time and loads the rows of some tables into temporary tables of the same columns and types,
 * without constraint, default or trigger; then counts and hashes what they give. So rows that are INSERTs, or whose text
 * depends on the time zone or the major of the server that wrote them, are compared as values in one form.
 *
 * @param reader the loader's access to the copy: no superuser
 * @returns counts and hashes in the order of the tables; null for one whose rows could not be read
 */
export async function inSameForm(
  reader: Target,
  sources: readonly SqlSource[],
  tables: readonly WantedTable[],
): Promise<(RowSums | null)[]> {
  await using session = await connectForCopy(reader, { readOnly: false, applicationName: "ithaca proof" });
  const scratch = new Map<string, { name: string; broken: boolean }>();
  for (const [index, { archived, relation }] of tables.entries()) {
    const name = `pg_temp.ithaca_${index}`;
    await session.query(`CREATE TEMPORARY TABLE ithaca_${index} AS SELECT * FROM ${relation.qualified} WITH NO DATA`);
    scratch.set(JSON.stringify([archived.schema, archived.name]), { name, broken: false });
  }
  const find = (target: RowsTarget | null) =>
    target === null ? undefined : scratch.get(JSON.stringify([target.schema, target.name]));
  let copy: { to: CopyIn; table: { broken: boolean } } | null = null;
  let batch: { sql: string; table: { broken: boolean } }[] = [];
  let bytes = 0;
  const flush = async () => {
    const sending = batch;
    [batch, bytes] = [[], 0];
    if (sending.length === 0) return;
    try {
      await session.query(sending.map(({ sql }) => sql).join("\n"));
    } catch {
      // One took the others with it: each alone shows which.
      for (const { sql, table } of sending) {
        await session.query(sql).catch(() => {
          table.broken = true;
        });
      }
    }
  };
  for (const source of sources) {
    const scanner = new SqlScanner();
    for await (const chunk of source.bytes()) {
      for (const event of scanner.push(chunk)) {
        if (event.kind === "rows" && copy !== null) await copy.to.write(event.rows).catch(() => {});
        else if (event.kind === "rows-end" && copy !== null) {
          const { table } = copy;
          await copy.to.end().catch(() => {
            table.broken = true;
          });
          copy = null;
        } else if (event.kind === "statement") {
          const kind = kindOf(event.sql);
          if (kind !== "copy-in" && kind !== "insert") continue;
          const target = rowsTarget(event.sql);
          const table = find(target);
          if (table === undefined) continue;
          if (kind === "copy-in") {
            await flush();
            const columns = target?.columns?.map(quoteIdentifier).join(", ") ?? "";
            copy = { to: session.copyIn(`COPY ${table.name} ${inBrackets(columns)} FROM STDIN`), table };
          } else {
            batch.push({ sql: event.sql.replace(head, () => `INSERT INTO ${table.name}`), table });
            bytes += event.sql.length;
            if (bytes > batchBytes) await flush();
          }
        }
      }
    }
  }
  await flush();
  const results: (RowSums | null)[] = [];
  for (const { archived, columns } of tables) {
    const table = scratch.get(JSON.stringify([archived.schema, archived.name]));
    if (table === undefined || table.broken) {
      results.push(null);
      continue;
    }
    const sums = new LineSums();
    await session.copyOut(`COPY ${table.name} ${inBrackets(columns)} TO STDOUT`, (rows) => sums.push(rows));
    results.push(sums.result);
  }
  return results;
}
