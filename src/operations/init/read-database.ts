import { readFileSync } from "node:fs";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import type { FoundDatabase, FoundPulse, FoundReference, FoundTable } from "./guess.ts";

const sql = (name: string) => readFileSync(new URL(`../../../sql/init/${name}.sql`, import.meta.url), "utf8");
const statements = {
  tables: sql("tables"),
  references: sql("unkept-references"),
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

/** Columns of the clock that are looked at, at most. */
const mostPulses = 40;

/** The rhythm of one column; null where nothing was written, it may not be read, or the answer takes too long. */
async function pulseOf(
  session: Session,
  column: { readonly schema: string; readonly name: string; readonly column: string },
): Promise<FoundPulse | null> {
  const table = `${quoteIdentifier(column.schema)}.${quoteIdentifier(column.name)}`;
  const text = statements.pulse
    .replaceAll(":column", () => quoteIdentifier(column.column))
    .replaceAll(":table", () => table);
  await session.query("SAVEPOINT pulse");
  try {
    const [found] = await session.query<{ age_s: number; longest_gap_s: number }>(text);
    return found === undefined ? null : { ...column, ...found };
  } catch {
    // Permission, a time limit, a table that vanished: one guess less.
    await session.query("ROLLBACK TO SAVEPOINT pulse");
    return null;
  } finally {
    await session.query("RELEASE SAVEPOINT pulse");
  }
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
    const references = await session.query<FoundReference>(statements.references, [platform]);
    const columns = await session.query<Omit<FoundPulse, "age_s" | "longest_gap_s">>(statements.timeColumns, [
      platform,
    ]);
    const pulses: FoundPulse[] = [];
    for (const column of columns.slice(0, mostPulses)) {
      const pulse = await pulseOf(session, column);
      if (pulse !== null) pulses.push(pulse);
    }
    return {
      ...surroundings,
      tables: tables.map((table) => ({ ...table, bytes: Number(table.bytes) })).filter(({ readable }) => readable),
      references: [...references],
      pulses,
    };
  } finally {
    await session.query("ROLLBACK");
  }
}
