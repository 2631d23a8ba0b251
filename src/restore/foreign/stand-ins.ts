import { readFile } from "node:fs/promises";
import type { CopySession } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { headTokens } from "./head-tokens.ts";
import { readSetval, rowsTarget } from "./row-statements.ts";
import { SqlScanner } from "./sql-scanner.ts";
import { kindOf } from "./statement.ts";
import type { SqlSource } from "./types.ts";

const standIns = await readFile(new URL("../../../sql/bootstrap/supabase-stand-ins.sql", import.meta.url), "utf8");

/** Schemas that the platform keeps, which `supabase db dump` leaves out of its schema and not of its data. */
const platformSchemas = new Set(["auth", "storage", "cron", "supabase_functions", "realtime", "vault", "pgmq", "net"]);

/** Tables made in place of the platform's, by `schema.name` quoted. */
export interface StandIns {
  readonly tables: Set<string>;
  readonly schemas: Set<string>;
}

const qualify = (schema: string, name: string) => `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;

/**
 * Makes what the schema part builds on. The tables are made of the columns that the data part lists, as text: a row's
 * text is then the very text that the dump holds.
 */
export async function makeStandIns(loader: CopySession, data: readonly SqlSource[]): Promise<StandIns> {
  await loader.query(standIns);
  const schemas = new Set(["auth", "storage", "extensions"]);
  const tables = new Set<string>();
  for (const source of data) {
    const scanner = new SqlScanner();
    for await (const chunk of source.bytes()) {
      for (const event of scanner.push(chunk)) {
        if (event.kind !== "statement") continue;
        const kind = kindOf(event.sql);
        if (kind === "setval") await makeSequence(loader, event.sql);
        if (kind !== "copy-in" && kind !== "insert") continue;
        const target = rowsTarget(event.sql);
        if (target?.columns == null || !platformSchemas.has(target.schema)) continue;
        const table = qualify(target.schema, target.name);
        if (tables.has(table)) continue;
        tables.add(table);
        schemas.add(target.schema);
        const columns = target.columns.map((column) => `${quoteIdentifier(column)} text`).join(", ");
        await loader.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(target.schema)}`);
        await loader.query(`CREATE TABLE ${table} (${columns})`);
      }
    }
  }
  return { tables, schemas };
}

/** A sequence of the platform's, so that its value is kept. */
async function makeSequence(loader: CopySession, sql: string): Promise<void> {
  const [schema, dot, sequence] = headTokens(readSetval(sql)?.sequence ?? "", 3);
  if (schema === undefined || sequence === undefined || dot?.value !== "." || !platformSchemas.has(schema.value))
    return;
  await loader.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema.value)}`);
  await loader.query(
    `CREATE SEQUENCE IF NOT EXISTS ${qualify(schema.value, sequence.value)} MINVALUE -9223372036854775808`,
  );
}

const name = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const foreignKey = new RegExp(
  String.raw`^ALTER TABLE (?:ONLY )?(${name}\.${name})\s+ADD CONSTRAINT ${name} FOREIGN KEY \(([^)]*)\) REFERENCES (${name})\.(${name})\s?\(([^)]*)\)`,
  "u",
);

const unquote = (text: string) => headTokens(text.trim(), 1)[0]?.value ?? "";

/**
 * Fits a stand-in to a foreign key that leads to it: the key gets the type of what refers to it, and is made unique.
 *
 * @returns whether there was something to do, so that the statement may be tried again
 */
export async function fitForeignKey(loader: CopySession, sql: string, made: StandIns): Promise<boolean> {
  const match = foreignKey.exec(sql);
  if (match === null) return false;
  const [, child = "", childColumns = "", schema = "", table = "", parentColumns = ""] = match;
  if (!made.schemas.has(unquote(schema))) return false;
  const parent = qualify(unquote(schema), unquote(table));
  if (!made.tables.has(parent)) {
    await loader.query(
      `CREATE TABLE ${parent} (${parentColumns
        .split(",")
        .map((c) => `${c} text`)
        .join(", ")})`,
    );
    made.tables.add(parent);
  }
  const keys = parentColumns.split(",").map(unquote);
  for (const [index, column] of childColumns.split(",").map(unquote).entries()) {
    const [row] = await loader.query<{ type: string }>(
      `SELECT pg_catalog.format_type(atttypid, atttypmod) AS type FROM pg_catalog.pg_attribute
       WHERE attrelid = $1::pg_catalog.regclass AND attname = $2`,
      [child, column],
    );
    if (row === undefined) return false;
    const key = quoteIdentifier(keys[index] ?? "");
    await loader.query(`ALTER TABLE ${parent} ALTER COLUMN ${key} TYPE ${row.type} USING ${key}::${row.type}`);
  }
  await loader.query(`ALTER TABLE ${parent} ADD UNIQUE (${keys.map(quoteIdentifier).join(", ")})`);
  return true;
}
