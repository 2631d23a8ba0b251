import { parseQualifiedName } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { recoverySql } from "../sql.ts";
import { pointErrors } from "./errors.ts";

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
