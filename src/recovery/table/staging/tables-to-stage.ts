import { connect } from "../../../postgres/connect.ts";
import { parseQualifiedName, type QualifiedName } from "../../../postgres/quote.ts";
import type { Target } from "../../../postgres/types.ts";
import { ancestorsOf, dependantsOf } from "../closure.ts";
import { listReferences } from "../references.ts";
import { requireShape } from "../shape.ts";

/**
 * The tables whose rows a recovery needs beside: the table itself, and with its dependants everything that refers to it,
 * directly or through others, with its parents everything that these refer to, by production's foreign keys of now.
 * READ ONLY.
 *
 * @throws table.no_table, before anything is fetched
 */
export async function tablesToStage(
  production: Target,
  table: string,
  { withDependants, withParents }: { readonly withDependants: boolean; readonly withParents: boolean },
): Promise<readonly QualifiedName[]> {
  await using session = await connect(production, { readOnly: true });
  const { sql, schema, name } = await requireShape(session, table, "production");
  if (!withDependants && !withParents) return [{ schema, name }];
  const references = await listReferences(session);
  const below = withDependants ? [sql, ...dependantsOf(sql, references)] : [sql];
  return [...below, ...(withParents ? ancestorsOf(below, references) : [])].map(parseQualifiedName);
}
