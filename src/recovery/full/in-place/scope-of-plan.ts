import { relationFinder } from "../../../census/names.ts";
import type { Relation } from "../../../census/relations.ts";
import { decideScope, type ScopeFacts } from "../../../census/scope.ts";
import { censusSql } from "../../../census/sql.ts";
import type { Scope } from "../../../census/types.ts";
import type { DatabasePlan } from "../../../plan/schema.ts";
import type { Session } from "../../../postgres/types.ts";

const surroundingsSql = censusSql("surroundings");
const extensionsSql = censusSql("extensions");

/**
 * What the plan of today leaves out of a backup of this database, as the safety backup will. What it names and is not
 * there any more, perhaps because that is the damage, is passed over: there is nothing of it to lose.
 */
export async function scopeOfPlan(
  session: Session,
  relations: readonly Relation[],
  database: DatabasePlan,
): Promise<Scope> {
  const [surroundings] = await session.query<Omit<ScopeFacts, "relations" | "extensions"> & Record<string, unknown>>(
    surroundingsSql,
  );
  if (surroundings === undefined) throw new Error("the database says nothing about itself");
  const extensions = await session.query<ScopeFacts["extensions"][number] & Record<string, unknown>>(extensionsSql);
  // Who may read what is another question: the role that recovers is not the one that takes backups.
  const facts = { ...surroundings, extensions, relations: relations.map((r) => ({ ...r, readable: true })) };
  const find = relationFinder(relations);
  const there = ({ schema, table, rows, extension }: DatabasePlan["scope"]["exclude"][number]) =>
    (schema === undefined || facts.schemas.includes(schema)) &&
    (extension === undefined || extensions.some(({ name }) => name === extension)) &&
    (table === undefined || find(table) !== undefined) &&
    (rows === undefined || !["S", undefined].includes(find(rows)?.kind));
  const exclude = database.scope.exclude.filter(there);
  return decideScope(facts, { ...database, scope: { ...database.scope, exclude } });
}
