import type { Token } from "./sql-tokens.ts";
import { StatementReader, UnexpectedStatement } from "./statement-reader.ts";

/** What a role may do. Passwords are not among it: they never come to a copy. */
export interface RoleAttributes {
  readonly flags: ReadonlyMap<RoleFlag, boolean>;
  readonly connectionLimit: number | null;
  readonly validUntil: string | null;
}

const roleFlags = ["SUPERUSER", "INHERIT", "CREATEROLE", "CREATEDB", "LOGIN", "REPLICATION", "BYPASSRLS"] as const;
export type RoleFlag = (typeof roleFlags)[number];

/** A setting of a role, of a database, or of a role in a database. */
export interface SettingStatement {
  readonly kind: "setting";
  /** null = everybody. */
  readonly role: string | null;
  /** null = every database. */
  readonly database: string | null;
  readonly setting: string;
  readonly values: readonly string[];
}

export interface MembershipStatement {
  readonly kind: "membership";
  readonly role: string;
  readonly member: string;
  readonly options: ReadonlyMap<"ADMIN" | "INHERIT" | "SET", boolean>;
  readonly grantor: string | null;
}

export type RoleStatement =
  | { readonly kind: "create"; readonly role: string }
  | { readonly kind: "attributes"; readonly role: string; readonly attributes: RoleAttributes }
  | SettingStatement
  | MembershipStatement
  | { readonly kind: "comment"; readonly role: string; readonly text: string }
  | { readonly kind: "label"; readonly provider: string; readonly role: string; readonly label: string }
  | {
      readonly kind: "parameter";
      readonly privileges: readonly string[];
      readonly parameter: string;
      readonly role: string;
      readonly grantOption: boolean;
    }
  /** A setting of pg_dumpall's own session, without meaning for the copy. */
  | { readonly kind: "session" };

const loaderSettings = new Set([
  "default_transaction_read_only",
  "client_encoding",
  "standard_conforming_strings",
  // Where the server reads backslashes in plain strings; pg_dumpall then writes E'...'.
  "escape_string_warning",
]);

function readAttributes(reader: StatementReader): RoleAttributes {
  const flags = new Map<RoleFlag, boolean>();
  let connectionLimit: number | null = null;
  let validUntil: string | null = null;
  const readFlag = () => roleFlags.find((flag) => reader.accept(flag) && flags.set(flag, true));
  const readNegatedFlag = () => roleFlags.find((flag) => reader.accept(`NO${flag}`) && flags.set(flag, false));
  while (!reader.atEnd) {
    if (readFlag() ?? readNegatedFlag()) continue;
    if (reader.accept("CONNECTION", "LIMIT")) connectionLimit = reader.integer();
    else if (reader.accept("VALID", "UNTIL")) validUntil = reader.string();
    else if (reader.accept("PASSWORD")) reader.string();
    else throw new UnexpectedStatement("an attribute that roles do not have");
  }
  return { flags, connectionLimit, validUntil };
}

/** `SET name TO values`, after the words that say whose it is. */
export function readSetting(reader: StatementReader, role: string | null, database: string | null): SettingStatement {
  let setting = reader.identifier();
  while (reader.acceptSymbol(".")) setting += `.${reader.identifier()}`;
  if (!reader.accept("TO") && !reader.acceptSymbol("=")) throw new UnexpectedStatement("expected TO");
  return { kind: "setting", role, database, setting, values: reader.values() };
}

function readAlterRole(reader: StatementReader): RoleStatement {
  const role = reader.identifier();
  const database = reader.accept("IN", "DATABASE") ? reader.identifier() : null;
  if (reader.accept("SET")) return readSetting(reader, role, database);
  if (database !== null) throw new UnexpectedStatement("expected SET");
  reader.expect("WITH");
  return { kind: "attributes", role, attributes: readAttributes(reader) };
}

function readMembershipOptions(reader: StatementReader): Map<"ADMIN" | "INHERIT" | "SET", boolean> {
  const options = new Map<"ADMIN" | "INHERIT" | "SET", boolean>();
  if (!reader.accept("WITH")) return options;
  do {
    const name = reader.accept("ADMIN") ? "ADMIN" : reader.accept("INHERIT") ? "INHERIT" : "SET";
    if (name === "SET") reader.expect("SET");
    const off = reader.accept("FALSE");
    if (!off && !reader.accept("OPTION")) reader.expect("TRUE");
    options.set(name, !off);
  } while (reader.acceptSymbol(","));
  return options;
}

const parameterPrivileges = new Set(["SET", "ALL", "ALTER"]);

function readParameterGrant(reader: StatementReader): RoleStatement {
  const privileges: string[] = [];
  do {
    const privilege = reader.keyword(parameterPrivileges);
    if (privilege === "ALTER") reader.expect("SYSTEM");
    privileges.push(privilege === "ALTER" ? "ALTER SYSTEM" : privilege);
  } while (reader.acceptSymbol(","));
  reader.expect("ON", "PARAMETER");
  let parameter = reader.identifier();
  while (reader.acceptSymbol(".")) parameter += `.${reader.identifier()}`;
  reader.expect("TO");
  const role = reader.identifier();
  return { kind: "parameter", privileges, parameter, role, grantOption: reader.accept("WITH", "GRANT", "OPTION") };
}

function readGrant(tokens: readonly Token[], reader: StatementReader): RoleStatement {
  if (tokens.some((token) => token.kind === "word" && token.value.toUpperCase() === "PARAMETER")) {
    return readParameterGrant(reader);
  }
  const role = reader.identifier();
  reader.expect("TO");
  const member = reader.identifier();
  const options = readMembershipOptions(reader);
  const grantor = reader.accept("GRANTED", "BY") ? reader.identifier() : null;
  return { kind: "membership", role, member, options, grantor };
}

function readLabel(reader: StatementReader): RoleStatement {
  reader.expect("FOR");
  const provider = reader.identifier();
  reader.expect("ON", "ROLE");
  const role = reader.identifier();
  reader.expect("IS");
  return { kind: "label", provider, role, label: reader.string() };
}

function readAny(tokens: readonly Token[], reader: StatementReader): RoleStatement {
  if (reader.accept("SET") && loaderSettings.has(reader.identifier())) {
    reader.acceptSymbol("=");
    reader.values();
    return { kind: "session" };
  }
  if (reader.accept("CREATE", "ROLE")) return { kind: "create", role: reader.identifier() };
  if (reader.accept("ALTER", "ROLE")) return readAlterRole(reader);
  if (reader.accept("GRANT")) return readGrant(tokens, reader);
  if (reader.accept("COMMENT", "ON", "ROLE")) {
    const role = reader.identifier();
    reader.expect("IS");
    return { kind: "comment", role, text: reader.string() };
  }
  if (reader.accept("SECURITY", "LABEL")) return readLabel(reader);
  throw new UnexpectedStatement("not a statement about roles");
}

/**
 * Reads one statement of `pg_dumpall --roles-only`. The statement itself is never carried out: what is read here is
 * written anew, quoted, so that a roles.sql from a stranger can do no more than make roles.
 *
 * @throws UnexpectedStatement where it is anything else
 */
export function readRoleStatement(tokens: readonly Token[]): RoleStatement {
  const reader = new StatementReader(tokens);
  const statement = readAny(tokens, reader);
  reader.end();
  return statement;
}
