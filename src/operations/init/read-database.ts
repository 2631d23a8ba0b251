import { readFileSync } from "node:fs";
import { qualifiedName, quoteIdentifier } from "../../postgres/quote.ts";
import { majorOf, readServerFacts } from "../../postgres/server-facts.ts";
import type { Session } from "../../postgres/types.ts";
import type { FoundDatabase, FoundPulse, FoundReference, FoundTable } from "./guess.ts";

const sql = (name: string) => readFileSync(new URL(`../../../sql/init/${name}.sql`, import.meta.url), "utf8");
const statements = {
  tables: sql("tables"),
  references: sql("unkept-references"),
  dangles: sql("dangles"),
  timeColumns: sql("time-columns"),
  pulse: sql("pulse"),
  surroundings: sql("surroundings"),
};

/** Schemas that Supabase brings: their tables are in every backup, and no guess is needed about them. */
const platformSchemas = [
  ...["auth", "storage", "realtime", "_realtime", "vault", "cron", "net", "extensions", "graphql", "graphql_public"],
  ...["pgsodium", "pgsodium_masks", "supabase_functions", "supabase_migrations", "pgbouncer", "_analytics"],
];

/** Looking for signs of life may read an unindexed table; none is worth more than this, in milliseconds. */
const patience = 5000;

/** Columns of the clock, and columns that look like references, that are looked at, at most. */
const mostPulses = 40;
const mostReferences = 40;

/** The first row of what is asked; null where there is none, it may not be read, or the answer takes too long. */
async function ifAnswered<T extends object>(session: Session, text: string): Promise<T | null> {
  await session.query("SAVEPOINT asked");
  try {
    const [found] = await session.query<T>(text);
    return found ?? null;
  } catch {
    // Permission, a time limit, a table that vanished: one guess less.
    await session.query("ROLLBACK TO SAVEPOINT asked");
    return null;
  } finally {
    await session.query("RELEASE SAVEPOINT asked");
  }
}

/** A statement with quoted names in the places that it leaves for them. */
function naming(statement: string, names: Readonly<Record<string, string>>): string {
  return statement.replaceAll(/:([a-z_]+)\b/g, (place, name: string) => names[name] ?? place);
}

const tableName = (schema: string, name: string) => `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;

/** The rhythm of one column; null where nothing was written. */
async function pulseOf(
  session: Session,
  column: Pick<FoundPulse, "schema" | "name" | "column">,
): Promise<FoundPulse | null> {
  const names = { column: quoteIdentifier(column.column), table: tableName(column.schema, column.name) };
  const found = await ifAnswered<{ age_s: number; longest_gap_s: number }>(session, naming(statements.pulse, names));
  return found === null ? null : { ...column, ...found };
}

async function referenceOf(session: Session, found: Omit<FoundReference, "dangles">): Promise<FoundReference> {
  const names = {
    column: quoteIdentifier(found.column),
    table: tableName(found.schema, found.name),
    to_table: tableName(found.to_schema, found.to_name),
    to_key: quoteIdentifier(found.to_key),
  };
  const answer = await ifAnswered<{ dangles: boolean }>(session, naming(statements.dangles, names));
  return { ...found, dangles: answer?.dangles ?? null };
}

/**
 * Reads what `init` guesses from: the catalog, and the newest values of columns of the clock. READ ONLY, in one
 * transaction that is rolled back.
 */
export async function readDatabase(session: Session): Promise<FoundDatabase> {
  await session.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${patience}; SET LOCAL lock_timeout = 1000`);
  try {
    const [surroundings] = await session.query<{ database: string; supabase: boolean }>(statements.surroundings);
    if (surroundings === undefined) throw new Error("the server said nothing about itself");
    const platform = surroundings.supabase ? platformSchemas : [];
    const tables = await session.query<Omit<FoundTable, "bytes"> & { bytes: string | number }>(statements.tables, [
      platform,
    ]);
    const candidates = await session.query<Omit<FoundReference, "dangles">>(statements.references, [platform]);
    const references: FoundReference[] = [];
    for (const candidate of candidates.slice(0, mostReferences)) references.push(await referenceOf(session, candidate));
    const columns = await session.query<Omit<FoundPulse, "age_s" | "longest_gap_s">>(statements.timeColumns, [
      platform,
    ]);
    const pulses: FoundPulse[] = [];
    for (const column of columns.slice(0, mostPulses)) {
      const pulse = await pulseOf(session, column);
      if (pulse !== null) pulses.push(pulse);
    }
    const major = majorOf(session.versionNum);
    const { user, superuser, bypassRls } = await readServerFacts(session);
    return {
      ...surroundings,
      major,
      user,
      filtered: !superuser && !bypassRls,
      tables: tables.map((table) => ({ ...table, bytes: Number(table.bytes) })).filter(({ readable }) => readable),
      unread: tables.filter(({ readable }) => !readable).map((table) => qualifiedName(table.schema, table.name, major)),
      references,
      pulses,
    };
  } finally {
    await session.query("ROLLBACK");
  }
}
