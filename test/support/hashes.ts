import { hashTables } from "../../src/census/hash-tables.ts";
import { listRelations } from "../../src/census/relations.ts";
import { wholeScope } from "../../src/census/scope.ts";
import { listTables } from "../../src/census/table-list.ts";
import type { Scope, TableCensus } from "../../src/census/types.ts";
import type { Session } from "../../src/postgres/types.ts";

/** Counts and hashes a database's tables, one after the other. */
export async function hashesOf(
  session: Session,
  options: Partial<Parameters<typeof hashTables>[1]> & { scope?: Scope } = {},
): Promise<Record<string, TableCensus>> {
  const { tables } = await listTables(session, await listRelations(session), options.scope ?? wholeScope);
  const hashing = hashTables(tables, { read: {}, countOnly: new Map(), ...options });
  for (const task of hashing.tasks) await task(session);
  for (const task of hashing.recounts()) await task(session);
  return hashing.tables();
}
