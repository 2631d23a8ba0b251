import { parseQualifiedName } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { recoverySql } from "../sql.ts";
import { pointErrors } from "./errors.ts";

const tablesSql = recoverySql("point-in-time/unlogged-tables");
const unloggedSql = recoverySql("point-in-time/unlogged");

/**
 * Refuses a table whose rows are in no log: on a copy it is empty, and who took that for its state would empty production's.
 *
 * @param session on the copy
 * @throws point.unlogged
 */
export async function requireLogged(session: Session, table: string): Promise<void> {
  const { schema, name } = parseQualifiedName(table);
  const [found] = await session.query(unloggedSql, [schema, name]);
  if (found !== undefined) throw pointErrors.unlogged({ table });
}

/** A sentence on what is empty in a copy, whatever it held, and in a backup that is kept of the copy; none where nothing is. */
export async function unloggedRemarks(session: Session): Promise<string[]> {
  const names = (await session.query<{ name: string }>(tablesSql)).map(({ name }) => name);
  if (names.length === 0) return [];
  return [`Unlogged, so empty in the copy and in what is kept of it, whatever they held: ${names.join(", ")}.`];
}
