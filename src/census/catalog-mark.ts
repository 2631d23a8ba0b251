import type { Session } from "../postgres/types.ts";
import { censusSql } from "./sql.ts";

const catalogsSql = censusSql("catalogs");

/**
 * A short text that stays the same as long as no row of the catalog was added, changed or removed, but those of other
 * databases: PostgreSQL gives every version of a row a place and a transaction of its own. It may change although no
 * definition did (a catalog that was rewritten, somebody's temporary table). Costs a tenth of reading an inventory:
 * 10 ms, 70 ms with 5,000 tables.
 *
 * @returns null where the role may not read all of the catalog
 */
export async function readCatalogMark(session: Session): Promise<string | null> {
  const catalogs = await session.query<{ name: string; readable: boolean; own: string }>(catalogsSql);
  if (catalogs.some(({ readable }) => !readable)) return null;
  const rows = catalogs
    .map(({ name, own }) => `SELECT tableoid, xmin, ctid FROM ${name} WHERE ${own}`)
    .join("\nUNION ALL\n");
  const [mark] = await session.query<{ mark: string }>(
    // The seed says which catalog and which transaction: one text to make of each row instead of three, in half of the time.
    `SELECT count(*) || ':' || coalesce(
       sum(pg_catalog.hashtextextended(r.ctid::text, (r.tableoid::int8 << 32) + r.xmin::text::int8)), 0) AS mark
     FROM (${rows}) AS r`,
  );
  return mark?.mark ?? null;
}
