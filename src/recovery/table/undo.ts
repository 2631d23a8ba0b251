import { constants } from "node:fs";
import { access, type FileHandle, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { makeFolder } from "../../base/make-folder.ts";
import type { CopySession } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { tableErrors } from "./errors.ts";
import type { Held } from "./reactions.ts";
import type { Reference } from "./references.ts";
import { changeColumn, type UndoNames, undoReferences, undoTable } from "./undo-sql.ts";
import { list, type WorkTable, writableColumns } from "./work-table.ts";

export interface UndoOptions {
  readonly production: CopySession;
  /** Tables that were written, what is referred to first. */
  readonly works: readonly WorkTable[];
  readonly references: readonly Reference[];
  readonly held: Held;
  readonly lockSeconds: number;
}

const settings = [
  "SET LOCAL search_path = ''",
  "SET LOCAL client_encoding = 'UTF8'",
  "SET LOCAL DateStyle = 'ISO, YMD'",
  "SET LOCAL IntervalStyle = 'postgres'",
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL extra_float_digits = 3",
  "SET LOCAL bytea_output = 'hex'",
  "SET LOCAL xmlbinary = 'base64'",
  "SET LOCAL lc_monetary = 'C'",
  "SET LOCAL standard_conforming_strings = on",
  "SET LOCAL row_security = off",
  "SET LOCAL statement_timeout = 0",
];

function head({ works, held, lockSeconds }: UndoOptions): string {
  const tables = works.map(({ shape }) => shape.sql);
  return [
    `-- Undoes the recovery of ${tables.map((table) => table.replaceAll(/[\r\n]/g, " ")).join(", ")}. It holds rows: keep it private, and delete it when it is not needed any more.`,
    "-- Run it as the role that recovered:  psql <connection string> --no-psqlrc --file <this file>",
    "-- All or nothing. It refuses where the rows are not as the recovery left them. Sequences stay where they are.",
    "\\set ON_ERROR_STOP on",
    "BEGIN;",
    ...settings.map((setting) => `${setting};`),
    `SET LOCAL lock_timeout = '${lockSeconds}s';`,
    ...(held.how === "replica" ? ["SET LOCAL session_replication_role = replica;"] : []),
    `LOCK TABLE ${tables.join(", ")} IN SHARE ROW EXCLUSIVE MODE;`,
    ...held.off.map((sql) => `${sql};`),
    "",
  ].join("\n");
}

/** One row each where a row was written twice: the first state of before, the last of after. */
function latest(work: WorkTable, side: "before" | "after"): string {
  if (work.key === null) return "";
  const row = `(s.row_${side})`;
  const key = work.key.columns.map(({ name }) => `${row}.${quoteIdentifier(name)}`).join(", ");
  return `DISTINCT ON (ROW(${key})::text)`;
}

function rowsQuery(work: WorkTable, side: "before" | "after"): string {
  const row = `(s.row_${side})`;
  const columns = writableColumns(work.shape).map((name) => `${row}.${quoteIdentifier(name)}`);
  const distinct = latest(work, side);
  const order =
    work.key === null
      ? "s.nth"
      : `ROW(${work.key.columns.map(({ name }) => `${row}.${quoteIdentifier(name)}`).join(", ")})::text, s.nth ${side === "before" ? "ASC" : "DESC"}`;
  return `SELECT ${distinct} ${["s.change", ...columns].join(", ")} FROM ${work[side]} AS s ORDER BY ${order}`;
}

async function writeRows(
  file: FileHandle,
  production: CopySession,
  names: UndoNames,
  side: "before" | "after",
): Promise<void> {
  const { work } = names;
  const name = names[side];
  const columns = [`''::pg_catalog.text AS ${changeColumn}`, list(writableColumns(work.shape))].filter(
    (part) => part !== "",
  );
  await file.appendFile(
    `CREATE TEMP TABLE ${name.replace("pg_temp.", "")} ON COMMIT DROP AS SELECT ${columns.join(", ")} FROM ${work.shape.from} WITH NO DATA;\nCOPY ${name} FROM stdin;\n`,
  );
  // A file takes one piece at a time.
  let last = Promise.resolve();
  await production.copyOut(`COPY (${rowsQuery(work, side)}) TO STDOUT`, (rows) => {
    last = last.then(() => file.appendFile(rows));
    return last;
  });
  await file.appendFile("\\.\n");
}

/**
 * Writes the script that brings back the state before, with every row that it needs, for the eyes of its owner only (mode
 * 0600). To be called before the commit: a recovery without its undo file must not happen. Where the commit does not come,
 * the script finds that out and refuses.
 *
 * @throws table.unwritable
 */
export async function writeUndo(path: string, options: UndoOptions): Promise<void> {
  const { production, works, references, held } = options;
  try {
    await makeFolder(dirname(path), 0o700);
    await using file = await open(path, "wx", 0o600);
    await file.appendFile(head(options));
    // What refers to something goes before what it refers to.
    const all = works
      .map(
        (work, index): UndoNames => ({
          work,
          after: `pg_temp.ithaca_after_${index}`,
          before: `pg_temp.ithaca_before_${index}`,
        }),
      )
      .reverse();
    for (const names of all) {
      await writeRows(file, production, names, "after");
      await writeRows(file, production, names, "before");
    }
    const statements = [
      ...all.flatMap((names) => undoTable(names, references, held)),
      ...undoReferences(all, references),
      ...(held.on.length > 0 ? ["SET CONSTRAINTS ALL IMMEDIATE;"] : []),
      ...held.on.map((sql) => `${sql};`),
      "COMMIT;",
    ];
    await file.appendFile(`${statements.join("\n")}\n`);
    await file.sync();
  } catch (cause) {
    await rm(path, { force: true }).catch(() => {});
    throw unwritable(path, cause);
  }
}

/** What the system has against a file or a folder, as a sentence; anything else as it is. */
function unwritable(path: string, cause: unknown): unknown {
  const ofSystem = cause instanceof Error && "code" in cause && /^E[A-Z]+$/.test(String(cause.code));
  return ofSystem ? tableErrors.unwritable({ path, why: messageOf(cause) }, { cause }) : cause;
}

/**
 * Makes the folder of the undo files, before anything is backed up or locked for a recovery that could not write there.
 *
 * @throws table.unwritable
 */
export async function prepareUndoFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder, 0o700);
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}
