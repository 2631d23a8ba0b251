import type { DatabasePlan } from "../plan/schema.ts";
import { suggestion } from "../plan/suggestion.ts";
import type { Session } from "../postgres/types.ts";
import { censusErrors } from "./errors.ts";
import { managedSchemas, managedTables } from "./managed.ts";
import { markerSchema } from "./marker-schema.ts";
import { relationFinder } from "./names.ts";
import { definitionsInScope, listRelations, type Relation } from "./relations.ts";
import { censusSql } from "./sql.ts";
import type { Scope } from "./types.ts";

/** A backup that leaves out nothing. */
export const wholeScope: Scope = {
  excludedSchemas: [],
  excludedTables: [],
  excludedRows: [],
  excludedExtensions: [],
  leftOut: [],
};

const surroundingsSql = censusSql("surroundings");
const extensionsSql = censusSql("extensions");

interface Surroundings {
  readonly role: string;
  readonly standby: boolean;
  readonly supabase: boolean;
  readonly subscriptions: readonly string[];
  readonly blind_user_mappings: readonly string[];
  readonly schemas: readonly string[];
}

interface Extension {
  readonly name: string;
  readonly schema: string;
}

/** What a database holds, as far as a scope is decided by it. */
export interface ScopeFacts extends Surroundings {
  readonly relations: readonly Relation[];
  readonly extensions: readonly Extension[];
}

/** Everything left out of a whole backup, gathered rule by rule. */
class Exclusions {
  readonly schemas = new Set<string>();
  readonly tables = new Set<string>();
  readonly rows = new Set<string>();
  readonly extensions = new Set<string>();
  readonly leftOut: { what: string; why: string }[] = [];

  add(to: Set<string>, name: string, what: string, why: string): void {
    if (to.has(name)) return;
    to.add(name);
    this.leftOut.push({ what, why });
  }
}

/**
 * Decides what of a database is in a backup: everything but what the plan leaves out, what the platform keeps to
 * itself, and what a dump cannot hold; each with its reason.
 *
 * @throws census.scope_unknown where the plan names what is not there, census.unreadable where the role may not read
 *   what no rule leaves out
 */
export async function resolveScope(session: Session, database: DatabasePlan): Promise<Scope> {
  const [surroundings] = await session.query<Surroundings & Record<string, unknown>>(surroundingsSql);
  if (surroundings === undefined) throw new Error("the database says nothing about itself");
  const extensions = await session.query<Extension & Record<string, unknown>>(extensionsSql);
  return decideScope({ ...surroundings, relations: await listRelations(session), extensions }, database);
}

/** The decision itself, apart from the reading. */
export function decideScope(facts: ScopeFacts, database: DatabasePlan): Scope {
  const out = new Exclusions();
  applyPlan(out, facts, database);
  if (database.platform !== "postgres" || facts.supabase) applyManaged(out, facts);
  applyConsequences(out, facts);
  const scope: Scope = {
    // There or not: a recovery may write it between this look and the snapshot. Nothing of the database's is left out.
    excludedSchemas: [...new Set([...out.schemas, markerSchema])].sort(),
    excludedTables: [...out.tables].sort(),
    excludedRows: [...out.rows].sort(),
    excludedExtensions: [...out.extensions].sort(),
    leftOut: out.leftOut,
  };
  const inScope = definitionsInScope(scope);
  // Foreign tables are never read, and of an extension's tables only the configuration is dumped.
  const unreadable = facts.relations.filter(
    (r) => !r.readable && r.kind !== "f" && (r.extension === null || r.configuration !== null) && inScope(r),
  );
  if (unreadable.length > 0) {
    throw censusErrors.unreadable({ role: facts.role, names: unreadable.map((relation) => relation.qualified) });
  }
  return scope;
}

function applyPlan(out: Exclusions, facts: ScopeFacts, database: DatabasePlan): void {
  const find = relationFinder(facts.relations);
  const unknown: string[] = [];
  const complain = (what: string, name: string, known: readonly string[]) => {
    const near = suggestion(name, known);
    unknown.push(`${what} ${name}${near === null ? "" : ` (did you mean ${near}?)`}`);
  };
  const names = facts.relations.map((relation) => relation.qualified);
  for (const { schema, table, rows, extension, reason } of database.scope.exclude) {
    if (schema !== undefined) {
      if (facts.schemas.includes(schema)) out.add(out.schemas, schema, `schema ${schema}`, reason);
      else complain("schema", schema, facts.schemas);
    }
    if (extension !== undefined) {
      const known = facts.extensions.map(({ name }) => name);
      if (known.includes(extension)) out.add(out.extensions, extension, `extension ${extension}`, reason);
      else complain("extension", extension, known);
    }
    if (table !== undefined) {
      const found = find(table);
      if (found === undefined) complain("table", table, names);
      else out.add(out.tables, found.qualified, `table ${found.qualified}`, reason);
    }
    if (rows !== undefined) {
      const found = find(rows);
      if (found === undefined || found.kind === "S") complain("table", rows, names);
      else out.add(out.rows, found.qualified, `rows of ${found.qualified}`, reason);
    }
  }
  if (unknown.length > 0) throw censusErrors.scope_unknown({ unknown });
}

function applyManaged(out: Exclusions, { schemas, relations }: ScopeFacts): void {
  for (const { name, why } of managedSchemas) {
    if (schemas.includes(name)) out.add(out.schemas, name, `schema ${name}`, why);
  }
  for (const { schema, name, why } of managedTables) {
    const found = relations.find((relation) => relation.schema === schema && relation.name === name);
    if (found !== undefined) out.add(out.tables, found.qualified, `table ${found.qualified}`, why);
  }
}

/** What follows from what is left out: the dump would name what is not there. */
function applyConsequences(out: Exclusions, facts: ScopeFacts): void {
  for (const { name, schema } of facts.extensions) {
    if (out.schemas.has(schema)) {
      out.add(out.extensions, name, `extension ${name}`, `its schema ${schema} is left out`);
    }
  }
  const gone = new Set(
    facts.relations.filter((r) => out.schemas.has(r.schema) || out.tables.has(r.qualified)).map((r) => r.oid),
  );
  const emptied = new Set(facts.relations.filter((r) => out.rows.has(r.qualified)).map((r) => r.oid));
  for (const { oid, qualified, root, owner_table, kind, unlogged } of facts.relations) {
    if (gone.has(oid)) continue;
    if (root !== oid && gone.has(root)) {
      out.add(out.tables, qualified, `partition ${qualified}`, "its partitioned table is left out");
    } else if (owner_table !== null && gone.has(owner_table)) {
      out.add(out.tables, qualified, `sequence ${qualified}`, "the table that it belongs to is left out");
    } else if (root !== oid && emptied.has(root)) {
      out.add(out.rows, qualified, `rows of ${qualified}`, "those of its partitioned table are left out");
    } else if (facts.standby && unlogged && kind === "r") {
      out.add(out.rows, qualified, `rows of ${qualified}`, "a standby server has none of an unlogged table");
    }
  }
  for (const name of facts.subscriptions) {
    out.leftOut.push({
      what: `subscription ${name}`,
      why: "it holds another server's password, and a copy must not subscribe: create it anew after a recovery",
    });
  }
  for (const mapping of facts.blind_user_mappings) {
    out.leftOut.push({ what: `options of user mapping ${mapping}`, why: "the backup's role may not see them" });
  }
}
