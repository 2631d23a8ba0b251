import { readSetting, type SettingStatement } from "./role-statements.ts";
import type { Token } from "./sql-tokens.ts";
import { StatementReader, UnexpectedStatement } from "./statement-reader.ts";

/** What `pg_dump -C` says about the database itself. The database's own name is left out: the copy has another. */
export type DatabaseStatement =
  | SettingStatement
  | { readonly kind: "connection-limit"; readonly limit: number }
  | { readonly kind: "template"; readonly on: boolean }
  | {
      readonly kind: "privileges";
      readonly verb: "GRANT" | "REVOKE";
      readonly privileges: readonly string[];
      /** null = PUBLIC. */
      readonly role: string | null;
      readonly grantOption: boolean;
    }
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "label"; readonly provider: string; readonly label: string }
  /** From here on privileges are given in this role's name; null = back to our own. */
  | { readonly kind: "authorization"; readonly role: string | null };

const databasePrivileges = new Set(["ALL", "CREATE", "CONNECT", "TEMPORARY", "TEMP"]);

function readAlterDatabase(reader: StatementReader, source: string): DatabaseStatement {
  expectName(reader, source);
  if (reader.accept("SET")) return readSetting(reader, null, source);
  if (reader.accept("CONNECTION", "LIMIT")) {
    reader.acceptSymbol("=");
    return { kind: "connection-limit", limit: reader.integer() };
  }
  reader.expect("IS_TEMPLATE");
  reader.acceptSymbol("=");
  if (reader.accept("TRUE")) return { kind: "template", on: true };
  reader.expect("FALSE");
  return { kind: "template", on: false };
}

function expectName(reader: StatementReader, source: string): void {
  if (reader.identifier() !== source) throw new UnexpectedStatement("it is about another database");
}

function readPrivileges(reader: StatementReader, verb: "GRANT" | "REVOKE", source: string): DatabaseStatement {
  const optionOnly = verb === "REVOKE" && reader.accept("GRANT", "OPTION", "FOR");
  if (optionOnly) throw new UnexpectedStatement("a grant option without its privilege");
  const privileges = reader.keywords(databasePrivileges);
  reader.expect("ON", "DATABASE");
  expectName(reader, source);
  reader.expect(verb === "GRANT" ? "TO" : "FROM");
  const role = reader.accept("PUBLIC") ? null : reader.identifier();
  return { kind: "privileges", verb, privileges, role, grantOption: reader.accept("WITH", "GRANT", "OPTION") };
}

function readAuthorization(reader: StatementReader): DatabaseStatement {
  reader.expect("SESSION", "AUTHORIZATION");
  return { kind: "authorization", role: reader.accept("DEFAULT") ? null : reader.identifier() };
}

function readLabel(reader: StatementReader, source: string): DatabaseStatement {
  reader.expect("FOR");
  const provider = reader.identifier();
  reader.expect("ON", "DATABASE");
  expectName(reader, source);
  reader.expect("IS");
  return { kind: "label", provider, label: reader.string() };
}

function readAny(reader: StatementReader, source: string): DatabaseStatement {
  if (reader.accept("ALTER", "DATABASE")) return readAlterDatabase(reader, source);
  if (reader.accept("ALTER", "ROLE")) {
    const role = reader.identifier();
    reader.expect("IN", "DATABASE");
    expectName(reader, source);
    reader.expect("SET");
    return readSetting(reader, role, source);
  }
  if (reader.accept("GRANT")) return readPrivileges(reader, "GRANT", source);
  if (reader.accept("REVOKE")) return readPrivileges(reader, "REVOKE", source);
  if (reader.accept("COMMENT", "ON", "DATABASE")) {
    expectName(reader, source);
    reader.expect("IS");
    return { kind: "comment", text: reader.string() };
  }
  if (reader.accept("SET")) return readAuthorization(reader);
  if (reader.accept("RESET", "SESSION", "AUTHORIZATION")) return { kind: "authorization", role: null };
  if (reader.accept("SECURITY", "LABEL")) return readLabel(reader, source);
  throw new UnexpectedStatement("not a statement about the database");
}

/**
 * Reads one statement of an archive's DATABASE, DATABASE PROPERTIES, ACL, COMMENT and SECURITY LABEL entries.
 *
 * @param source the name of the database on the source
 * @throws UnexpectedStatement where it is anything else, or about another database
 */
export function readDatabaseStatement(tokens: readonly Token[], source: string): DatabaseStatement {
  const reader = new StatementReader(tokens);
  const statement = readAny(reader, source);
  reader.end();
  return statement;
}
