import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../base/child-process.ts";
import { IthacaError } from "../../../base/errors.ts";
import type { CopySession } from "../../../postgres/copying.ts";
import { quoteIdentifier } from "../../../postgres/quote.ts";
import { type ArchiveEntry, describeEntry } from "../../../restore/archive.ts";
import { restoreErrors } from "../../../restore/errors.ts";
import { sqlstateOf } from "../../../restore/outcome.ts";
import { renderList } from "../../../restore/toc.ts";
import { isAround } from "../../surroundings.ts";
import { fullErrors } from "../errors.ts";
import type { TableRows } from "./choose.ts";
import { type Ground, tableKey } from "./ground.ts";

/** What the server refused, by its SQLSTATE; what is around the statement stays what it is. */
export function refusal(cause: unknown, what: string): unknown {
  if (cause instanceof IthacaError || isAround(cause)) return cause;
  return fullErrors.statement_failed({ what, code: sqlstateOf(cause) || "unknown" }, { cause });
}

/** Runs SQL of the archive or of ours. The server's message may hold values, so only its SQLSTATE is told. */
export async function execute(session: CopySession, sql: string, what: string): Promise<void> {
  if (sql.trim() === "") return;
  try {
    await session.query(sql);
  } catch (cause) {
    throw refusal(cause, what);
  }
}

/** psql's own commands around a script, with the key of this one, and a setting that older servers do not know. */
function withoutClientLines(script: string): string {
  const key = /^\\restrict (\w+)$/m.exec(script)?.[1];
  return script
    .split("\n")
    .filter((line) => line !== `\\restrict ${key}` && line !== `\\unrestrict ${key}`)
    .filter((line) => line !== "SET transaction_timeout = 0;")
    .join("\n");
}

/** Where an archive is, and the program that reads it. */
export interface ArchiveTools {
  readonly pgRestore: string;
  readonly dump: string;
  /** A folder for lists of entries. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** The SQL with which pg_restore would make these entries: one script, for our own session and transaction. */
export async function scriptOf(
  { pgRestore, dump, scratch, signal }: ArchiveTools,
  entries: readonly ArchiveEntry[],
  section: "pre-data" | "post-data" | null,
): Promise<string> {
  if (entries.length === 0) return "";
  const list = join(scratch, `${section ?? "grants"}.list`);
  await writeFile(list, renderList(entries));
  const args = ["--format=directory", `--use-list=${list}`, "--file=-", "--no-tablespaces"];
  const result = await run(pgRestore, [...args, ...(section === null ? [] : [`--section=${section}`]), dump], {
    signal,
  });
  signal.throwIfAborted();
  if (result.exitCode !== 0) throw restoreErrors.client_missing({ path: pgRestore });
  return withoutClientLines(result.stdout);
}

/** Empties the tables: all at once where that is allowed, since they refer to one another; the others by DELETE. */
export async function emptyTables(session: CopySession, tables: readonly TableRows[], ground: Ground): Promise<void> {
  // Without ONLY, children would be emptied as well, also such as lie on another server.
  const nameOf = ({ schema, table }: TableRows) => {
    const only = ground.partitioned.has(tableKey(schema, table)) ? "" : "ONLY ";
    return `${only}${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
  };
  const [atOnce, byRow] = [true, false].map((wanted) =>
    tables.filter(({ schema, table }) => ground.emptiable.has(tableKey(schema, table)) === wanted),
  );
  const names = [...new Set((atOnce ?? []).map(nameOf))];
  if (names.length > 0) await execute(session, `TRUNCATE ${names.join(", ")}`, "to empty the tables");
  for (const name of new Set((byRow ?? []).map(nameOf))) {
    await execute(session, `DELETE FROM ${name}`, `to empty ${name}`);
  }
}

/** Loads the rows of one table from its file, in memory that does not depend on their number. */
export async function loadRows(
  session: CopySession,
  dump: string,
  { entry }: TableRows,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const copy = session.copyIn(entry.copyStatement.trim().replace(/;$/, ""));
  try {
    for await (const rows of createReadStream(join(dump, entry.fileName), { highWaterMark: 1 << 18 })) {
      await copy.write(rows as Buffer);
    }
    await copy.end();
  } catch (cause) {
    throw refusal(cause, `the rows of ${describeEntry(entry)}`);
  }
}
