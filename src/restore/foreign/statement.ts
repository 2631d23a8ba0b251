import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Token } from "../sql-tokens.ts";

const copyIn = /^\s*copy\b.*\bfrom\s+stdin\s*;?\s*$/is;

/** Whether a statement is followed by rows: pg_dump's `COPY ... FROM stdin;`, without options. */
export function isCopyIn(sql: string): boolean {
  return copyIn.test(sql);
}

/** What a statement of a dump is about, as far as the load must know. */
export type StatementKind =
  | "copy-in"
  | "insert"
  | "setval"
  | "setting"
  | "authorization"
  | "owner"
  | "privileges"
  | "extension"
  | "event-trigger"
  | "subscription"
  | "publication"
  | "role"
  | "database"
  | "large-object"
  | "transaction"
  | "definition"
  /** It changes rows in a way that cannot be told from its text. */
  | "change";

const identifierStart = String.raw`[\p{L}_]`;
const headToken = new RegExp(
  String.raw`\s+|--[^\n]*|/\*[\s\S]*?\*/|(?<quoted>"(?:[^"]|"")*")|(?<word>${identifierStart}[\p{L}\p{N}_$]*)|(?<number>\d+(?:\.\d+)?)|(?<string>'(?:[^']|'')*')|(?<symbol>[^\s])`,
  "uy",
);

/** The first tokens of a statement. What follows may be anything, and long. */
export function headTokens(sql: string, most: number): Token[] {
  const tokens: Token[] = [];
  headToken.lastIndex = 0;
  for (let match = headToken.exec(sql); match?.groups !== undefined; match = headToken.exec(sql)) {
    const { quoted, word, number, string, symbol } = match.groups;
    if (quoted !== undefined) tokens.push({ kind: "identifier", value: quoted.slice(1, -1).replaceAll('""', '"') });
    else if (string !== undefined) tokens.push({ kind: "string", value: string.slice(1, -1).replaceAll("''", "'") });
    else if (word !== undefined || number !== undefined) tokens.push({ kind: "word", value: word ?? number ?? "" });
    else if (symbol !== undefined) tokens.push({ kind: "symbol", value: symbol });
    if (tokens.length >= most) break;
  }
  return tokens;
}

/** A word in upper case; anything else is no keyword. */
const keyword = (token: Token | undefined) => (token?.kind === "word" ? token.value.toUpperCase() : "");

const byFirstWord: Readonly<Record<string, StatementKind>> = {
  INSERT: "insert",
  RESET: "setting",
  BEGIN: "transaction",
  START: "transaction",
  COMMIT: "transaction",
  END: "transaction",
  CREATE: "definition",
  ALTER: "definition",
  COMMENT: "definition",
  REFRESH: "definition",
  ANALYZE: "definition",
  VACUUM: "definition",
  DROP: "definition",
  SECURITY: "definition",
  IMPORT: "definition",
  REASSIGN: "definition",
};

const byObject: Readonly<Record<string, StatementKind>> = {
  EXTENSION: "extension",
  SUBSCRIPTION: "subscription",
  PUBLICATION: "publication",
  ROLE: "role",
  USER: "role",
  GROUP: "role",
  DATABASE: "database",
  SYSTEM: "database",
  TABLESPACE: "database",
};

function kindOfSelect(tokens: readonly Token[]): StatementKind {
  const name = tokens.slice(1, 5).map(({ value }) => value.toLowerCase());
  const called = name[0] === "pg_catalog" && name[1] === "." ? name[2] : name[0];
  if (called === "setval") return "setval";
  if (called === "set_config") return "setting";
  if (/^(lo_|lowrite|loread)/.test(called ?? "")) return "large-object";
  return "change";
}

function kindOfGrant(tokens: readonly Token[], sql: string): StatementKind {
  // A membership has no ON before its TO.
  const words = tokens.map(keyword);
  const on = words.indexOf("ON");
  if (on < 0) return "role";
  if (words[on + 1] === "PARAMETER") return "role";
  return words[on + 1] === "DATABASE" && !/;\s*\S/.test(sql) ? "database" : "privileges";
}

/** Tells what a statement is by its first words. It decides who may carry it out, never whether it is harmless. */
export function kindOf(sql: string): StatementKind {
  const tokens = headTokens(sql, 40);
  const [first, second, third] = tokens.slice(0, 3).map(keyword);
  if (first === "SET") {
    return (second === "SESSION" && third === "AUTHORIZATION") || second === "ROLE" ? "authorization" : "setting";
  }
  if (first === "RESET" && (second === "SESSION" || second === "ROLE")) return "authorization";
  // From or to a file or a program: the server refuses it, and says so.
  if (first === "COPY") return isCopyIn(sql) ? "copy-in" : "change";
  if (first === "SELECT") return kindOfSelect(tokens);
  if (first === "GRANT" || first === "REVOKE") return kindOfGrant(tokens, sql);
  if (first === "ALTER" && second === "DEFAULT") return "privileges";
  if ((second === "EVENT" && third === "TRIGGER") || (first === "COMMENT" && third === "EVENT")) return "event-trigger";
  if (first === "COMMENT" && third === "DATABASE") return "database";
  if (first === "COMMENT" && third === "ROLE") return "role";
  if (first === "ALTER" && ownerOf(sql) !== null && !["ROLE", "DATABASE", "SYSTEM"].includes(second ?? "")) {
    return "owner";
  }
  if (second === "USER" && third === "MAPPING") return "definition";
  const object = ["CREATE", "ALTER", "DROP"].includes(first ?? "") ? byObject[second ?? ""] : undefined;
  return object ?? byFirstWord[first ?? ""] ?? "change";
}

const ownerTo = /\bOWNER TO ("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)\s*;?\s*$/iu;

/** The role that a statement gives an object to, unquoted; null where it gives none away. */
export function ownerOf(sql: string): string | null {
  const name = ownerTo.exec(sql)?.[1];
  if (name === undefined) return null;
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

/** The same statement for another owner. */
export function withOwner(sql: string, owner: string): string {
  return sql.replace(ownerTo, () => `OWNER TO ${quoteIdentifier(owner)};`);
}

/** A table as COPY or INSERT names it, and the columns that it lists; null where it lists none. */
export interface RowsTarget {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[] | null;
}

const folded = (token: Token) => (token.kind === "word" ? token.value.toLowerCase() : token.value);

/** Reads `COPY schema.table (columns)` or `INSERT INTO schema.table (columns)`; null where it is of another shape. */
export function rowsTarget(sql: string): RowsTarget | null {
  // The values of an INSERT are of no interest here; PostgreSQL allows 1,600 columns.
  const values = sql.indexOf(" VALUES");
  const tokens = headTokens(values < 0 ? sql : sql.slice(0, values), 3_300);
  const start = keyword(tokens[0]) === "INSERT" ? 2 : 1;
  const [schema, dot, name, bracket] = tokens.slice(start, start + 4);
  if (schema === undefined || name === undefined || dot?.value !== "." || dot.kind !== "symbol") return null;
  if (bracket?.kind !== "symbol" || bracket.value !== "(") {
    return { schema: folded(schema), name: folded(name), columns: null };
  }
  const columns: string[] = [];
  for (const token of tokens.slice(start + 4)) {
    if (token.kind === "symbol" && token.value === ")") break;
    if (token.kind !== "symbol") columns.push(folded(token));
  }
  return { schema: folded(schema), name: folded(name), columns };
}

/** The sequence and the state that a `SELECT setval(...)` gives it; null where it is of another shape. */
export function readSetval(sql: string): { sequence: string; lastValue: string; isCalled: boolean } | null {
  const match = /^SELECT\s+pg_catalog\.setval\(\s*'((?:[^']|'')*)'\s*,\s*(-?\d+)\s*,\s*(true|false)\s*\)\s*;$/i.exec(
    sql.trim(),
  );
  if (match === null) return null;
  const [, sequence = "", lastValue = "", called = ""] = match;
  return { sequence: sequence.replaceAll("''", "'"), lastValue, isCalled: called.toLowerCase() === "true" };
}

/** Words after which the rest of a definition says what the object is like, no more what it is called. */
const endOfHead =
  /^(AS|RETURNS|USING|FOR|TO|IS|WITH|WHERE|DEFAULT|FROM|HANDLER|INCREMENT|START|VALUES|BEFORE|AFTER|INSTEAD|CHECK|PRIMARY|UNIQUE|EXCLUDE|INHERITS)$/;

/** How a statement's object is called in reports and told from others: `CREATE POLICY own rows ON public.children`. */
export function describe(sql: string): string {
  const words: string[] = [];
  let depth = 0;
  const withArguments =
    /^\s*(CREATE|ALTER|COMMENT\s+ON)\s+(OR\s+REPLACE\s+)?(FUNCTION|PROCEDURE|AGGREGATE|OPERATOR|CAST)/i.test(sql);
  for (const token of headTokens(sql, 80)) {
    if (token.kind === "symbol" && token.value === "(") {
      if (!withArguments) break;
      depth += 1;
    }
    if (token.kind === "symbol" && token.value === ";") break;
    if (depth === 0 && words.length > 1 && endOfHead.test(keyword(token))) break;
    words.push(token.kind === "string" ? "''" : token.value);
    if (token.kind === "symbol" && token.value === ")") depth -= 1;
    if (withArguments && depth === 0 && token.value === ")") break;
  }
  return words
    .join(" ")
    .replace(/ ?([.(]) ?/g, "$1")
    .replace(/ ([,)])/g, "$1")
    .replace(/\b(OR REPLACE|IF NOT EXISTS|ONLY) /g, "")
    .slice(0, 200);
}
