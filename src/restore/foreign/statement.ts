import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Token } from "../sql-tokens.ts";
import { headTokens } from "./head-tokens.ts";
import { isCopyIn } from "./row-statements.ts";

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

const name = String.raw`(?:(?:"[^"]*")+|[\p{L}_][\p{L}\p{N}_$]*)`;
const operator = String.raw`(?:(?!--|/\*)[-+*/<>=~!@#%^&|\x60?])+`;
const argumentTypes = String.raw`\((?:"[^"]*"|[\p{L}\p{N}_., [\]*])*\)`;
/*
 * The whole of the statement, in the one shape in which pg_dump writes it. A superuser carries it out, so nothing may
 * stand beside the owner: `ALTER TABLE t ALTER a TYPE int USING f(a), OWNER TO x` would call f in the superuser's name.
 */
const ownerTo = new RegExp(
  String.raw`^\s*(ALTER (?:[A-Z]+ ){1,5}?(?:\d+|${name}(?:\.(?:${name}|${operator}))?)(?: ?${argumentTypes})?(?: USING ${name})? OWNER TO )(${name})\s*;?\s*$`,
  "iu",
);

/** What `pg_dump --clean` takes away first. */
export const isRemoval = new RegExp(
  String.raw`^\s*(?:DROP\b|SELECT pg_catalog\.lo_unlink\(|ALTER (?:[A-Z]+ ){1,4}?${name}(?:\.${name})? (?:ALTER COLUMN ${name} )?DROP (?:CONSTRAINT|DEFAULT|IDENTITY)\b)`,
  "iu",
);

/** The role that a statement gives an object to, unquoted; null where it does anything but give one away. */
export function ownerOf(sql: string): string | null {
  const owner = ownerTo.exec(sql)?.[2];
  if (owner === undefined) return null;
  return owner.startsWith('"') ? owner.slice(1, -1).replaceAll('""', '"') : owner.toLowerCase();
}

/** The same statement for another owner. */
export function withOwner(sql: string, owner: string): string {
  return sql.replace(ownerTo, (_, start: string) => `${start}${quoteIdentifier(owner)};`);
}

/** Words after which the rest of a definition says what the object is like, no more what it is called. */
const endOfHead =
  /^(AS|RETURNS|USING|FOR|TO|IS|SET|WITH|WHERE|DEFAULT|FROM|HANDLER|INCREMENT|START|VALUES|BEFORE|AFTER|INSTEAD|CHECK|PRIMARY|UNIQUE|EXCLUDE|INHERITS)$/;

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
    // Literals may be values; only a large object is called by a number.
    const isNumber = token.kind === "word" && /^\d/.test(token.value) && words.at(-1) !== "OBJECT";
    words.push(token.kind === "string" ? "''" : isNumber ? "0" : token.value);
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
