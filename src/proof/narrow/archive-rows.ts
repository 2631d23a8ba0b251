import { createReadStream, createWriteStream } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { run } from "../../base/child-process.ts";
import { findClient } from "../../postgres/clients.ts";
import { libpqEnvironment } from "../../postgres/libpq-environment.ts";
import { quoteIdentifier, quoteLiteral } from "../../postgres/quote.ts";
import type { Session, Target } from "../../postgres/types.ts";
import { type ArchiveEntry, readArchive } from "../../restore/archive.ts";
import { proofErrors } from "../errors.ts";
import { unquoted } from "../names.ts";
import { proofSql } from "../sql.ts";
import { columnList, type NarrowColumn, type NarrowTable } from "./table.ts";

/** Where the rows of an archive are loaded to. */
export interface Loading {
  /** A session that may write the throwaway. */
  readonly session: Session;
  readonly target: Target;
  /** The scratch schema. */
  readonly schema: string;
  /** The folder of the dump. */
  readonly dump: string;
  /** Brings files of the backup that are not in its folder any more; null where all of them stay. */
  readonly again: ((paths: readonly string[]) => Promise<void>) | null;
  /** The encoding of the archive's rows. */
  readonly encoding: string;
  /** A private folder for rows that must be unpacked first. */
  readonly scratch: string;
}

const part = '(?:"(?:[^"]|"")+"|[^"\\s.(]+)';
const copyStatement = new RegExp(`^COPY ${part}\\.${part} \\((.*)\\) FROM stdin;\\s*$`, "s");

/** The columns that an archive's COPY statement lists, unquoted; null where it is none. */
export function copiedColumns(statement: string): string[] | null {
  const list = copyStatement.exec(statement)?.[1];
  return list === undefined ? null : (list.match(/"(?:[^"]|"")+"|[^",\s]+/g) ?? []).map(unquoted);
}

const unpack = { ".gz": createGunzip, ".zst": createZstdDecompress } as const;

async function isFile(path: string): Promise<boolean> {
  return lstat(path).then(
    (stat) => stat.isFile(),
    () => false,
  );
}

/** The path of an entry's rows as plain text, unpacked where they are packed. */
async function plainFile(entry: ArchiveEntry, table: string, { dump, again, scratch }: Loading): Promise<string> {
  // A hostile archive could name any file of this machine.
  if (!/^\d+\.dat$/.test(entry.fileName)) throw proofErrors.narrow_read({ table, why: "its file has no plain name" });
  const path = join(dump, entry.fileName);
  if (await isFile(path)) return path;
  for (const [suffix, decompress] of Object.entries(unpack)) {
    if (!(await isFile(path + suffix))) continue;
    const plain = join(scratch, entry.fileName);
    await pipeline(createReadStream(path + suffix), decompress(), createWriteStream(plain, { mode: 0o600 }));
    return plain;
  }
  await again?.([`dump/${entry.fileName}`]);
  if (await isFile(path)) return path;
  throw proofErrors.narrow_read({ table, why: "its file is missing, or packed in a way that is not known here" });
}

/**
 * Settings of the session that loads. They outrank those of the copy's roles and database: none of its own code may run,
 * nothing may stop it, and values are read as they were written.
 */
const sessionOptions = Object.entries({
  session_replication_role: "replica",
  default_transaction_read_only: "off",
  statement_timeout: "0",
  lock_timeout: "0",
  xmloption: "content",
  array_nulls: "on",
  search_path: "",
})
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(" ");

/**
 * Streams a file of COPY rows into a table. psql does it, with constant memory. Its words are not passed on: an error
 * of COPY quotes the row.
 */
async function copyIn(
  file: string,
  into: string,
  table: string,
  { target, session, encoding }: Loading,
): Promise<void> {
  const psql = await findClient("psql", Math.floor(session.versionNum / 10_000));
  await using connection = await libpqEnvironment(target);
  const command = `\\copy ${into} FROM ${quoteLiteral(file)}`;
  const args = ["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", `--command=${command}`];
  const env = { ...connection.env, PGOPTIONS: sessionOptions, PGCLIENTENCODING: encoding };
  const { exitCode } = await run(psql.path, args, { env });
  if (exitCode !== 0)
    throw proofErrors.narrow_read({ table, why: `COPY refused its rows (psql: exit code ${exitCode})` });
}

/** Loads one entry into a table of its own; gives a query of its rows with the table's columns in order. */
async function loadEntry(entry: ArchiveEntry, table: NarrowTable, loading: Loading): Promise<string> {
  const names = copiedColumns(entry.copyStatement);
  if (names === null) throw proofErrors.narrow_read({ table: table.name, why: "it does not hold its rows as COPY" });
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const columns: NarrowColumn[] = [];
  for (const name of names) {
    const column = byName.get(name);
    if (column === undefined) throw proofErrors.narrow_read({ table: table.name, why: "the copy has other columns" });
    columns.push(column);
  }
  const into = `${quoteIdentifier(loading.schema)}.rows_${entry.dumpId}`;
  // Plain names on the way in: psql's \copy reads them by rules of its own.
  const definition = columns.map(({ type }, index) => `c${index} ${type}`).join(", ");
  await loading.session.query(`CREATE UNLOGGED TABLE ${into} (${definition})`);
  await copyIn(await plainFile(entry, table.name, loading), into, table.name, loading);
  await loading.session.query(`ANALYZE ${into}`);
  const aliases = columns.length === 0 ? "" : `(${columnList(columns)})`;
  const archived = `FROM ${into} AS archived${aliases}`;
  if (table.columns.every(({ generated }) => generated === null)) {
    return `SELECT ${columnList(table.columns)} ${archived}`;
  }
  const made = `${quoteIdentifier(loading.schema)}.made_${entry.dumpId}`;
  await generateColumns(table, archived, made, loading.session);
  return `SELECT * FROM ${made}`;
}

/**
 * Puts the archive's rows into a table of their own with the generated columns, which no archive holds. They are computed
 * under the database's own settings, as the copy's were, and read later under ours, as the copy's are.
 */
async function generateColumns(table: NarrowTable, archived: string, made: string, session: Session): Promise<void> {
  const select = table.columns.map(({ name, type, generated }) => {
    const quoted = quoteIdentifier(name);
    // Where the expression's type is another one, PostgreSQL converts, and does not write that down.
    return generated === null ? quoted : `(${generated})::${type} AS ${quoted}`;
  });
  try {
    await session.query(`BEGIN; ${await proofSql("own-values.sql")};
      CREATE UNLOGGED TABLE ${made} AS SELECT ${select.join(", ")} ${archived}; COMMIT; ANALYZE ${made}`);
  } catch (error) {
    await session.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/**
 * Loads what the archive holds of a table's rows into scratch tables without any constraint, trigger or index; gives a
 * query of them, with the table's columns in order.
 *
 * @throws proof.narrow_no_data, proof.narrow_read
 */
export async function loadArchiveRows(table: NarrowTable, loading: Loading): Promise<string> {
  const { entries } = await readArchive(loading.dump);
  const names = new Set(table.relations.map(({ schema, name }) => JSON.stringify([schema, name])));
  const data = entries.filter(
    ({ desc, namespace, tag }) => desc === "TABLE DATA" && names.has(JSON.stringify([namespace, tag])),
  );
  if (data.length === 0) throw proofErrors.narrow_no_data({ table: table.name });
  const queries: string[] = [];
  for (const entry of data) queries.push(await loadEntry(entry, table, loading));
  return queries.join("\nUNION ALL\n");
}
