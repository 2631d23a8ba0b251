import type { Session } from "../postgres/types.ts";
import { censusSql } from "./sql.ts";

const catalogsSql = censusSql("catalogs");

/**
 * A short text that stays the same as long as no row of the catalog was added, changed or removed: PostgreSQL gives
 * every version of a row a place and a transaction of its own. It may change although no definition did (a catalog
 * that was rewritten, somebody's temporary table). Costs a tenth of reading an inventory: 10 ms, 0.1 s with 5,000 tables.
 *
 * @returns null where the role may not read all of the catalog
 */
export async function readCatalogMark(session: Session): Promise<string | null> {
  const catalogs = await session.query<{ name: string; readable: boolean }>(catalogsSql);
  if (catalogs.some(({ readable }) => !readable)) return null;
  const rows = catalogs.map(({ name }) => `SELECT tableoid, xmin, ctid FROM ${name}`).join("\nUNION ALL\n");
  const [mark] = await session.query<{ mark: string }>(
    `SELECT count(*) || ':' || coalesce(
       sum(pg_catalog.hashtextextended(r.tableoid || ' ' || r.xmin::text || ' ' || r.ctid::text, 0)), 0) AS mark
     FROM (${rows}) AS r`,
  );
  return mark?.mark ?? null;
}
