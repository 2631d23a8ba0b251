import { expect, test } from "vitest";
import { archiveEntry } from "../../test/support/archive-entry.ts";
import { readDatabaseEntries } from "./database-properties.ts";
import { readDatabaseStatement } from "./database-statements.ts";
import { splitStatements } from "./sql-tokens.ts";
import { UnexpectedStatement } from "./statement-reader.ts";

function read(sql: string) {
  const [tokens = []] = splitStatements(sql);
  return readDatabaseStatement(tokens, "src");
}

test.each([
  ["ALTER DATABASE src CONNECTION LIMIT = 7;", { kind: "connection-limit", limit: 7 }],
  ["ALTER DATABASE src IS_TEMPLATE = true;", { kind: "template", on: true }],
  [
    "ALTER DATABASE src SET search_path TO 'a', 'b';",
    { kind: "setting", role: null, setting: "search_path", values: ["a", "b"] },
  ],
  [
    "ALTER ROLE r1 IN DATABASE src SET work_mem TO '5MB';",
    { kind: "setting", role: "r1", setting: "work_mem", values: ["5MB"] },
  ],
  [
    "REVOKE CONNECT,TEMPORARY ON DATABASE src FROM PUBLIC;",
    { verb: "REVOKE", privileges: ["CONNECT", "TEMPORARY"], role: null },
  ],
  [
    "GRANT ALL ON DATABASE src TO r1 WITH GRANT OPTION;",
    { verb: "GRANT", privileges: ["ALL"], role: "r1", grantOption: true },
  ],
  ["COMMENT ON DATABASE src IS 'the db';", { kind: "comment", text: "the db" }],
  ["SET SESSION AUTHORIZATION r1;", { kind: "authorization", role: "r1" }],
  ["RESET SESSION AUTHORIZATION;", { kind: "authorization", role: null }],
])("%s", (sql, expected) => {
  expect(read(sql)).toMatchObject(expected);
});

test.each([
  "ALTER DATABASE postgres CONNECTION LIMIT = 0;",
  "ALTER DATABASE src OWNER TO me;",
  "DROP DATABASE src;",
  "GRANT ALL ON DATABASE production TO r1;",
  "GRANT ALL ON SCHEMA src TO r1;",
  "ALTER ROLE r1 IN DATABASE postgres SET work_mem TO '5MB';",
  "ALTER ROLE r1 IN DATABASE src RESET ALL;",
  "COPY t TO PROGRAM 'id';",
])("%s is refused", (sql) => {
  expect(() => read(sql)).toThrow(UnexpectedStatement);
});

test("an entry with a foreign statement is refused and named, the others count", () => {
  const base = archiveEntry(1, "DATABASE", "src", { owner: "r2", defn: "CREATE DATABASE src;" });
  const evil = { ...base, dumpId: 2, desc: "DATABASE PROPERTIES", defn: "ALTER SYSTEM SET x TO 'canary';" };
  const comment = { ...base, dumpId: 3, desc: "COMMENT", tag: "DATABASE src", defn: "COMMENT ON DATABASE src IS 'x';" };
  const read = readDatabaseEntries([base, evil, comment]);
  expect(read).toMatchObject({ name: "src", owner: "r2", statements: [{ kind: "comment", text: "x" }] });
  expect(read?.refused).toEqual([
    "the archive's DATABASE PROPERTIES of the database holds a statement that does not belong there",
  ]);
  expect(readDatabaseEntries([])).toBeNull();
});
