import { quoteIdentifier } from "../postgres/quote.ts";

/** A table's name in its two parts, unquoted. */
export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

const part = /(?:"((?:[^"]|"")+)"|([^."]+))/y;

/**
 * Takes `schema.table` apart; either part may be quoted as in SQL. The plan may write `public.user` where the census,
 * which quotes as PostgreSQL's `quote_ident` does, writes `public."user"`: names are compared in parts, never as text.
 */
export function parseQualified(text: string): QualifiedName {
  const read = (from: number) => {
    part.lastIndex = from;
    const match = part.exec(text);
    if (match === null) throw new TypeError(`not a qualified name: ${text}`);
    return { value: match[1]?.replaceAll('""', '"') ?? match[2] ?? "", end: part.lastIndex };
  };
  const schema = read(0);
  if (text[schema.end] !== ".") throw new TypeError(`not a qualified name: ${text}`);
  const name = read(schema.end + 1);
  if (name.end !== text.length) throw new TypeError(`not a qualified name: ${text}`);
  return { schema: schema.value, name: name.value };
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
