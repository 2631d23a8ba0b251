import { postgresErrors } from "./errors.ts";
import { keywords } from "./keywords.ts";

/** Quotes an identifier for SQL, always: `a"b` becomes `"a""b"`. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a string literal for SQL with `standard_conforming_strings` on, which `connect` pins. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** An array of text as one literal: the server reads hundreds of elements so, instead of planning each of them. */
export function quoteArray(elements: readonly string[]): string {
  return quoteLiteral(`{${elements.map((text) => `"${text.replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`);
}

/**
 * Quotes an identifier only where SQL needs it, exactly as the server's `quote_ident` does.
 *
 * @param major which server's keywords count; a name that is a keyword in some major only is quoted by that one only
 */
export function quoteWhereNeeded(name: string, major: number): string {
  const keywordSince = keywords.get(name);
  const isPlain = /^[a-z_][a-z0-9_]*$/.test(name) && (keywordSince === undefined || keywordSince > major);
  return isPlain ? name : quoteIdentifier(name);
}

/** `schema.name` as the server of that major writes it with `format('%I.%I')`. */
export function qualifiedName(schema: string, name: string, major: number): string {
  return `${quoteWhereNeeded(schema, major)}.${quoteWhereNeeded(name, major)}`;
}

/** A name in two parts, as the catalog has them: without quotes. */
export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

const part = String.raw`(?:"(?:[^"\0]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const twoParts = new RegExp(`^(${part})\\.(${part})$`, "u");

/**
 * Reads `public."Order Items"` as SQL would: quoted parts as they are, others in lower case.
 *
 * @throws postgres.bad_name
 */
export function parseQualifiedName(text: string): QualifiedName {
  const [, schema, name] = twoParts.exec(text) ?? [];
  if (schema === undefined || name === undefined) throw postgresErrors.bad_name({ name: text });
  return { schema: unquote(schema), name: unquote(name) };
}

/** PostgreSQL folds ASCII letters only, in a UTF-8 database. */
function unquote(text: string): string {
  if (text.startsWith('"')) return text.slice(1, -1).replaceAll('""', '"');
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
