import type { ColumnOrigin, Session } from "../../postgres/types.ts";
import { attempt } from "./attempt.ts";
import type { DecidingText } from "./steadiness.ts";

/** Views by oid: their definitions. */
export type Definitions = ReadonlyMap<number, DecidingText>;

/** Views that stand on views are followed so far. */
const mostDepth = 8;

/** What the server says of a definition that is not run; nothing where it cannot even be planned. */
async function described(session: Session, definition: string): Promise<readonly ColumnOrigin[]> {
  const sql = `SELECT * FROM (${definition.replace(/;\s*$/, "")}) AS q LIMIT 0`;
  return (await attempt(session, () => session.origins(sql))) ?? [];
}

/**
 * Which column of which table each column of a view shows, through views that it stands on. Runs in an open
 * transaction; nothing of the view is read.
 */
export async function viewOrigins(
  session: Session,
  view: number,
  definitions: Definitions,
  depth = 0,
): Promise<ColumnOrigin[]> {
  const definition = definitions.get(view);
  if (definition === undefined || depth > mostDepth) return [];
  const columns = await described(session, definition.text);
  const below = new Map<number, ColumnOrigin[]>();
  for (const { from } of columns) {
    if (from === null || below.has(from.relation) || !definitions.has(from.relation)) continue;
    below.set(from.relation, await viewOrigins(session, from.relation, definitions, depth + 1));
  }
  return columns.map((column) => {
    const nested = column.from === null ? undefined : below.get(column.from.relation);
    return nested === undefined ? column : { ...column, from: nested[(column.from?.attribute ?? 0) - 1]?.from ?? null };
  });
}

/** Tables and views that views stand on, down to the last. */
export function standsOn(view: number, definitions: Definitions): ReadonlySet<number> {
  const found = new Set<number>();
  const visit = (oid: number): void => {
    for (const relation of definitions.get(oid)?.relations ?? []) {
      if (found.has(relation)) continue;
      found.add(relation);
      visit(relation);
    }
  };
  visit(view);
  return found;
}
