import { quoteIdentifier } from "../postgres/quote.ts";

/** A table's name in its two parts, unquoted. */
export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

const part = '"(?:[^"]|"")+"|[^".]+';
const qualified = new RegExp(`^(${part})\\.(${part})$`, "s");

/** Whether a name has exactly a schema and a name in it. */
export function isQualified(text: string): boolean {
  return qualified.test(text);
}

/**
 * Takes `schema.table` apart; either part may be quoted as in SQL. The plan may write `public.user` where the census,
 * which quotes as PostgreSQL's `quote_ident` does, writes `public."user"`: names are compared in parts, never as text.
 *
 * @throws TypeError where it is not a qualified name; the plan's and the census' always are
 */
export function parseQualified(text: string): QualifiedName {
  const [, schema, name] = qualified.exec(text) ?? [];
  if (schema === undefined || name === undefined) throw new TypeError(`not a qualified name: ${text}`);
  return { schema: unquoted(schema), name: unquoted(name) };
}

/** A qualified name as SQL, every part quoted. */
export function toSql({ schema, name }: QualifiedName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** The same name is the same string, however it was quoted. */
export function canonical(text: string): string {
  return toSql(parseQualified(text));
}

/** Looks a table up by name in a census, whichever way the name is quoted. */
export function lookUp<T>(tables: Readonly<Record<string, T>>, name: string): T | undefined {
  if (Object.hasOwn(tables, name)) return tables[name];
  const wanted = canonical(name);
  const key = Object.keys(tables).find((candidate) => canonical(candidate) === wanted);
  return key === undefined ? undefined : tables[key];
}

/** A single name as it is, without SQL's quotes. */
export function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
