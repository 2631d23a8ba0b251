import { identifierParts, relationInName } from "../../../census/inventory-names.ts";
import type { InventoryObject } from "../../../census/types.ts";
import { quoteIdentifier, quoteLiteral } from "../../../postgres/quote.ts";
import type { Harm } from "../types.ts";
import { type DefinitionHarm, definitionHarm, findingName, texts } from "./definition.ts";

/** The name of what lies on a table, and the table: `own ON public.children`. */
function onTable(object: InventoryObject): { name: string; table: string } {
  const table = relationInName(object) ?? "";
  return { name: object.name.slice(0, object.name.length - table.length - " ON ".length), table };
}

function columnOf({ name }: InventoryObject): { table: string; column: string } {
  const parts = identifierParts(name);
  return { table: parts.slice(0, 2).join("."), column: parts.slice(2).join(".") };
}

const isCheckOrKey = ({ attributes }: InventoryObject) =>
  (attributes.type === "check" || attributes.type === "foreign key") &&
  attributes.inherited === undefined &&
  attributes.parent === undefined;

const written = ({ attributes }: InventoryObject) =>
  attributes.sql_body !== true && (attributes.language === "sql" || attributes.language === "plpgsql");

const table: readonly DefinitionHarm[] = [
  {
    what: "a trigger is disabled",
    kind: "trigger",
    when: ({ attributes }) => attributes.enabled === "yes" || attributes.enabled === "always",
    sql: (object) => `ALTER TABLE ${onTable(object).table} DISABLE TRIGGER ${onTable(object).name}`,
  },
  {
    what: "a trigger fires on replicas only",
    kind: "trigger",
    when: ({ attributes }) => attributes.enabled !== "replica",
    sql: (object) => `ALTER TABLE ${onTable(object).table} ENABLE REPLICA TRIGGER ${onTable(object).name}`,
  },
  {
    what: "a trigger is gone",
    kind: "trigger",
    when: ({ attributes }) => attributes.clone_of === undefined,
    sql: ({ name }) => `DROP TRIGGER ${name}`,
  },
  {
    what: "a constraint is gone",
    kind: "constraint",
    when: isCheckOrKey,
    sql: (object) => `ALTER TABLE ${onTable(object).table} DROP CONSTRAINT ${onTable(object).name}`,
  },
  {
    what: "a constraint is not validated",
    kind: "constraint",
    when: (object) => isCheckOrKey(object) && object.attributes.validated === true,
    sql: (object) => {
      const { table: relation, name } = onTable(object);
      const definition = String(object.attributes.definition);
      return `ALTER TABLE ${relation} DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} ${definition} NOT VALID`;
    },
  },
  {
    what: "a default is gone",
    kind: "column",
    when: ({ attributes }) => attributes.default !== undefined,
    sql: (object) => `ALTER TABLE ${columnOf(object).table} ALTER COLUMN ${columnOf(object).column} DROP DEFAULT`,
  },
  {
    what: "a column takes NULL",
    kind: "column",
    when: ({ attributes }) => attributes.not_null === true && attributes.inherited === undefined,
    sql: (object) => `ALTER TABLE ${columnOf(object).table} ALTER COLUMN ${columnOf(object).column} DROP NOT NULL`,
  },
  {
    what: "an index is gone",
    kind: "index",
    // A dump leaves out invalid ones, so that theirs is no loss.
    when: ({ attributes }) => attributes.valid === true,
    sql: ({ name }) => `DROP INDEX ${name}`,
  },
  {
    what: "a function's body is another",
    kind: "function",
    when: written,
    // Through the catalog: the same for all, whatever arguments and settings a function has.
    sql: ({ name }) =>
      `UPDATE pg_catalog.pg_proc SET prosrc = prosrc || ' ' WHERE oid = ${quoteLiteral(name)}::pg_catalog.regprocedure`,
  },
  {
    what: "a label of an enum is another",
    kind: "type",
    when: (object) => texts(object, "labels").length > 0,
    sql: (object) =>
      `ALTER TYPE ${object.name} RENAME VALUE ${quoteLiteral(texts(object, "labels")[0] ?? "")} TO 'ithaca sabotage'`,
  },
  {
    what: "a sequence counts otherwise",
    kind: "sequence",
    sql: ({ name, attributes }) => `ALTER SEQUENCE ${name} CACHE ${Number(attributes.cache) + 1}`,
  },
  {
    what: "a table is no longer published",
    kind: "publication-table",
    sql: ({ attributes }) => `ALTER PUBLICATION ${attributes.publication} DROP TABLE ONLY ${attributes.table}`,
  },
  {
    what: "a rule is off",
    kind: "rule",
    when: ({ attributes }) => attributes.enabled !== "disabled",
    sql: (object) => `ALTER TABLE ${onTable(object).table} DISABLE RULE ${onTable(object).name}`,
  },
  {
    what: "an event trigger fires at other times",
    kind: "event-trigger",
    // Before any harm all of them are switched off, so that none meddles.
    sql: ({ name, attributes }) =>
      `ALTER EVENT TRIGGER ${name} ENABLE ${attributes.enabled === "always" ? "REPLICA" : "ALWAYS"}`,
  },
  {
    what: "a comment is another",
    kind: "comment",
    when: ({ name }) => name.startsWith("table ") && !name.startsWith("table column "),
    sql: ({ attributes }) => `COMMENT ON TABLE ${attributes.of} IS 'ithaca sabotage'`,
  },
];

const surplus = quoteIdentifier("ithaca sabotage");

/** An object that the source does not have. */
const surplusTable: Harm = {
  what: "there is a table too many",
  family: "structure",
  witness: { check: "definitions.equality", kinds: ["table"] },
  *acts(ground) {
    for (const { name } of ground.objects("schema")) {
      const object = findingName("table", `${name}.${surplus}`);
      yield { object, sql: `CREATE TABLE ${name}.${surplus} ()`, changesRows: false };
    }
  },
};

const surplusFunction: Harm = {
  what: "there is a function too many",
  family: "structure",
  witness: { check: "definitions.equality", kinds: ["function"] },
  *acts(ground) {
    for (const { name } of ground.objects("schema")) {
      const object = findingName("function", `${name}.${surplus}()`);
      const sql = `CREATE FUNCTION ${name}.${surplus}() RETURNS int LANGUAGE sql AS 'SELECT 1'`;
      yield { object, sql, changesRows: false };
    }
  },
};

/** A door that nobody ordered. */
const surplusPolicy: Harm = {
  what: "there is a policy too many",
  family: "security",
  witness: { check: "definitions.equality", kinds: ["policy"] },
  *acts(ground) {
    for (const { name, attributes } of ground.objects("table")) {
      if (attributes.row_security !== true) continue;
      const object = findingName("policy", `${surplus} ON ${name}`);
      yield { object, sql: `CREATE POLICY ${surplus} ON ${name} USING (true)`, changesRows: false };
    }
  },
};

/** Harms to what the database is made of. */
export const structureHarms: readonly Harm[] = [
  ...table.map((row) => definitionHarm("structure", row)),
  surplusTable,
  surplusFunction,
  surplusPolicy,
];
