import fc from "fast-check";
import { expect, test } from "vitest";
import { alterRole, alterSetting, commentOn, grantMembership, labelOn } from "./role-sql.ts";
import { type RoleStatement, readRoleStatement } from "./role-statements.ts";
import { parseRolesFile } from "./roles-file.ts";
import { splitStatements } from "./sql-tokens.ts";
import { UnexpectedStatement } from "./statement-reader.ts";

function read(sql: string): RoleStatement {
  const [tokens = []] = splitStatements(sql);
  return readRoleStatement(tokens);
}

/** Reads a statement and writes it anew, as a restore does. */
function rewrite(sql: string, versionNum = 150_000): string {
  const statement = read(sql);
  switch (statement.kind) {
    case "attributes":
      return alterRole(statement.role, statement.attributes);
    case "membership":
      return grantMembership(statement, versionNum, true);
    case "setting":
      return alterSetting(statement, "copy");
    case "comment":
      return commentOn(`ROLE "${statement.role}"`, statement.text);
    case "label":
      return labelOn(`ROLE "${statement.role}"`, statement.provider, statement.label);
    default:
      return statement.kind;
  }
}

test.each([
  ["CREATE ROLE anon;", "create"],
  ["SET default_transaction_read_only = off;", "session"],
  ["SET escape_string_warning = off;", "session"],
  [
    "ALTER ROLE anon WITH NOSUPERUSER INHERIT NOCREATEROLE LOGIN BYPASSRLS CONNECTION LIMIT 3 VALID UNTIL '2030-01-01 00:00:00+00';",
    `ALTER ROLE "anon" WITH NOSUPERUSER INHERIT NOCREATEROLE LOGIN BYPASSRLS CONNECTION LIMIT 3 VALID UNTIL '2030-01-01 00:00:00+00'`,
  ],
  ["ALTER ROLE a WITH LOGIN PASSWORD 'SCRAM-SHA-256$4096:canary';", `ALTER ROLE "a" WITH LOGIN`],
  ["ALTER ROLE r1 SET search_path TO '$user', 'a b';", `ALTER ROLE "r1" SET "search_path" TO '$user', 'a b'`],
  [`ALTER ROLE r1 SET "app.jwt_exp" TO '3600';`, `ALTER ROLE "r1" SET "app.jwt_exp" TO '3600'`],
  [
    "ALTER ROLE r1 IN DATABASE src SET work_mem TO '5MB';",
    `ALTER ROLE "r1" IN DATABASE "copy" SET "work_mem" TO '5MB'`,
  ],
  [
    `GRANT anon TO "we ird""😀" WITH ADMIN OPTION GRANTED BY postgres;`,
    `GRANT "anon" TO "we ird""😀" WITH ADMIN OPTION GRANTED BY "postgres"`,
  ],
  [
    "GRANT anon TO authenticator WITH INHERIT FALSE, SET TRUE GRANTED BY postgres;",
    `GRANT "anon" TO "authenticator" GRANTED BY "postgres"`,
  ],
  ["COMMENT ON ROLE r1 IS E'it''s\\\\ a';", `COMMENT ON ROLE "r1" IS  E'it''s\\\\ a'`],
  ["SECURITY LABEL FOR selinux ON ROLE r1 IS 'x';", `SECURITY LABEL FOR "selinux" ON ROLE "r1" IS 'x'`],
  ["GRANT SET, ALTER SYSTEM ON PARAMETER work_mem TO r1 WITH GRANT OPTION;", "parameter"],
])("%s", (sql, rewritten) => {
  expect(rewrite(sql)).toBe(rewritten);
});

test("options of a membership are kept where the server has them", () => {
  const sql = "GRANT anon TO authenticator WITH ADMIN OPTION, INHERIT FALSE, SET TRUE GRANTED BY postgres;";
  expect(rewrite(sql, 160_000)).toBe(
    `GRANT "anon" TO "authenticator" WITH ADMIN TRUE, INHERIT FALSE, SET TRUE GRANTED BY "postgres"`,
  );
});

test.each([
  "DROP ROLE postgres;",
  "COPY (SELECT 1) TO PROGRAM 'id';",
  "CREATE ROLE a SUPERUSER;",
  "ALTER ROLE a RENAME TO b;",
  "ALTER ROLE a WITH SUPERUSER; DROP TABLE x".replace(";", ","),
  "SET ROLE anon;",
  "SET session_authorization = anon;",
  "ALTER SYSTEM SET archive_command TO 'id';",
  "GRANT ALL ON DATABASE postgres TO a;",
  "GRANT a TO b CASCADE;",
  "ALTER ROLE a SET x TO 1 + 2;",
  "ALTER ROLE a SET x FROM CURRENT;",
  "SELECT pg_read_file('/etc/passwd');",
  "\\! id",
])("%s is refused", (sql) => {
  expect(() => read(sql)).toThrow(UnexpectedStatement);
});

test("no name and no value can break out of its quotes", () => {
  const anyText = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }).filter((s) => !s.includes("\0"));
  fc.assert(
    fc.property(anyText, anyText, (name, value) => {
      const statement: RoleStatement = { kind: "setting", role: name, database: null, setting: name, values: [value] };
      const written = splitStatements(alterSetting(statement, "copy"));
      expect(written).toHaveLength(1);
      expect(readRoleStatement(written[0] ?? [])).toEqual(statement);
    }),
  );
});

test("a roles.sql from a stranger: what is about roles is kept, the rest is refused without a value", () => {
  const file = parseRolesFile(`CREATE ROLE a;
\\! touch /tmp/canary
SELECT 'canary-secret';
CREATE ROLE b;
-- PostgreSQL database cluster dump complete
`);
  expect(file.statements.filter(({ kind }) => kind === "create")).toHaveLength(2);
  expect(file.refused.length).toBeGreaterThan(0);
  expect(JSON.stringify(file.refused)).not.toContain("canary");
});

test("a roles.sql that was cut off says so", () => {
  expect(parseRolesFile("CREATE ROLE a;\n").refused).toEqual(["roles.sql is cut off: its last line is missing"]);
  expect(parseRolesFile("COMMENT ON ROLE a IS 'x").refused.join()).toContain("a quote is never closed");
});
