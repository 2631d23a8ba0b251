import { identifierParts } from "../../../census/inventory-names.ts";
import type { InventoryObject } from "../../../census/types.ts";
import { quoteIdentifier } from "../../../postgres/quote.ts";
import { type DefinitionHarm, definitionHarm, texts } from "./definition.ts";

/** A role that every server has, that nobody can sign in as, and that a project has no reason to give anything to. */
const stranger = "pg_monitor";

const isRoutine = ({ attributes }: InventoryObject) =>
  attributes.kind === "function" || attributes.kind === "procedure";
const routine = (object: InventoryObject) => `ROUTINE ${object.name}`;

/** A role other than the owner that the owner granted something to, with a name that needs no quotes. */
function grantee(object: InventoryObject): string | undefined {
  const { owner } = object.attributes;
  return texts(object, "grants")
    .map((item) => /^([a-z_][a-z0-9_]*)=[^/]+\/([a-z_][a-z0-9_]*)$/.exec(item))
    .find((match) => match !== null && match[2] === owner && match[1] !== owner)?.[1];
}

const ungranted = (object: InventoryObject) => !texts(object, "grants").some((item) => item.startsWith(`${stranger}=`));

/** A column's table and its own name. */
function columnParts({ name }: InventoryObject): { table: string; column: string } {
  const parts = identifierParts(name);
  return { table: parts.slice(0, 2).join("."), column: parts.slice(2).join(".") };
}

const table: readonly DefinitionHarm[] = [
  {
    what: "a policy's condition is another",
    kind: "policy",
    when: ({ attributes }) => attributes.using !== undefined,
    sql: ({ name, attributes }) => `ALTER POLICY ${name} USING (${attributes.using === "true" ? "false" : "true"})`,
  },
  {
    what: "a policy is for another role",
    kind: "policy",
    when: (object) => !texts(object, "roles").includes(stranger),
    sql: ({ name }) => `ALTER POLICY ${name} TO ${stranger}`,
  },
  { what: "a policy is gone", kind: "policy", sql: ({ name }) => `DROP POLICY ${name}` },
  {
    what: "row level security is off",
    kind: "table",
    when: ({ attributes }) => attributes.row_security === true,
    sql: ({ name }) => `ALTER TABLE ${name} DISABLE ROW LEVEL SECURITY`,
  },
  {
    what: "row level security is no longer forced",
    kind: "table",
    when: ({ attributes }) => attributes.force_row_security === true,
    sql: ({ name }) => `ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY`,
  },
  {
    what: "a function runs as somebody else",
    kind: "function",
    when: isRoutine,
    sql: (object) =>
      `ALTER ${routine(object)} SECURITY ${object.attributes.security_definer === true ? "INVOKER" : "DEFINER"}`,
  },
  {
    what: "a function's search_path is no longer pinned",
    kind: "function",
    when: (object) => isRoutine(object) && texts(object, "settings").length > 0,
    sql: (object) => `ALTER ${routine(object)} RESET ALL`,
  },
  {
    what: "a function belongs to another role",
    kind: "function",
    when: ({ attributes }) => attributes.owner !== stranger,
    sql: (object) => `ALTER ${routine(object)} OWNER TO ${stranger}`,
  },
  {
    what: "a table belongs to another role",
    kind: "table",
    when: ({ attributes }) => attributes.kind !== "foreign table" && attributes.owner !== stranger,
    sql: ({ name }) => `ALTER TABLE ${name} OWNER TO ${stranger}`,
  },
  {
    what: "a role may write a table that it must not",
    kind: "table",
    when: ungranted,
    sql: ({ name }) => `GRANT INSERT, DELETE ON TABLE ${name} TO ${stranger}`,
  },
  {
    what: "a role lost its rights on a table",
    kind: "table",
    when: (object) => grantee(object) !== undefined,
    sql: (object) => `REVOKE ALL ON TABLE ${object.name} FROM ${grantee(object)}`,
  },
  {
    what: "a role may read a column that it must not",
    kind: "column",
    when: ungranted,
    sql: (object) => {
      const { table: relation, column } = columnParts(object);
      return `GRANT SELECT (${column}) ON TABLE ${relation} TO ${stranger}`;
    },
  },
  {
    what: "a role may create objects in a schema",
    kind: "schema",
    when: ungranted,
    sql: ({ name }) => `GRANT CREATE ON SCHEMA ${name} TO ${stranger}`,
  },
  {
    what: "a role may run a function that it must not",
    kind: "function",
    when: ungranted,
    sql: (object) => `GRANT EXECUTE ON ${routine(object)} TO ${stranger}`,
  },
  {
    what: "a view runs with its owner's rights",
    kind: "view",
    when: (object) => texts(object, "options").some((option) => /^security_invoker=(true|on|1|yes)$/.test(option)),
    sql: ({ name }) => `ALTER VIEW ${name} RESET (security_invoker)`,
  },
  {
    what: "a view no longer guards its condition",
    kind: "view",
    when: (object) => !texts(object, "options").some((option) => option.startsWith("security_barrier=")),
    sql: ({ name }) => `ALTER VIEW ${name} SET (security_barrier = true)`,
  },
  {
    what: "a role has limits that it must not have",
    kind: "role",
    when: ({ attributes }) => attributes.bootstrap !== true && attributes.superuser !== true,
    sql: ({ name, attributes }) =>
      `ALTER ROLE ${name} ${attributes.bypass_row_security === true ? "NOBYPASSRLS" : "BYPASSRLS"}`,
  },
  {
    what: "a setting of the database is another",
    kind: "database",
    when: (object) => !texts(object, "settings").some((setting) => setting.startsWith("row_security=")),
    sql: (_, { session }) => `ALTER DATABASE ${quoteIdentifier(session.target.database)} SET row_security = off`,
  },
];

/** Harms to who may do what: a restore that loses these opens the data or locks the app out, and runs without an error. */
export const securityHarms = table.map((row) => definitionHarm("security", row));
