import { hash } from "node:crypto";

/** One row of a table's data file: what tells it from others, and a digest of all of it. */
export interface KeyedRow {
  readonly key: string;
  readonly digest: string;
}

/** Rows of a table by their keys. */
export type KeyedRows = ReadonlyMap<string, string>;

const identifiers = /"(?:[^"]|"")+"|[^\s,()"]+/g;
const unquoted = (text: string) => (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text);

/** Names between the outer parentheses of `COPY s.t (a, "b c") FROM stdin;` or `PRIMARY KEY (a, b)`. */
export function namesWithin(text: string): string[] {
  const inside = /\((.*)\)/s.exec(text)?.[1] ?? "";
  return [...inside.matchAll(identifiers)].map(([name]) => unquoted(name));
}

/**
 * Makes lines of COPY's text format comparable between two servers, whose tables may have their columns in another order.
 *
 * @param columns as the data file has them
 * @param key names of the key's columns; the whole row where a table has none, or the file lacks one of them
 */
export function rowReader(columns: readonly string[], key: readonly string[]): (line: string) => KeyedRow {
  const place = (name: string) => columns.indexOf(name);
  const inOrder = columns.map((name, index) => ({ name, index })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const keyed = key.length > 0 && key.every((name) => place(name) >= 0);
  return (line) => {
    const values = line.split("\t");
    const digest = hash(
      "sha256",
      inOrder.map(({ name, index }) => `${name}\t${values[index]}`).join("\t"),
      "base64url",
    );
    return { key: keyed ? key.map((name) => values[place(name)]).join("\t") : digest, digest };
  };
}

/** What became of the keys of one table on both sides since they parted. */
export interface KeyMerge {
  /** Only on the own server: new, changed and deleted there, and as they were on the project. */
  readonly own: { readonly added: number; readonly changed: number; readonly deleted: number };
  /** The same of the project. */
  readonly project: { readonly added: number; readonly changed: number; readonly deleted: number };
  /** Changed on both sides in the same way: nothing to do. */
  readonly alike: number;
  /** Changed on both sides in different ways: a person decides. In COPY's text format, and not to be published as it is. */
  readonly both: readonly string[];
}

type Side = { added: number; changed: number; deleted: number };

function count(side: Side, was: string | undefined, is: string | undefined): void {
  if (was === undefined) side.added += 1;
  else if (is === undefined) side.deleted += 1;
  else side.changed += 1;
}

/** Lays the rows of one table side by side: as they were restored, as the project has them, as the own server has them. */
export function mergeKeys(restored: KeyedRows, project: KeyedRows, own: KeyedRows): KeyMerge {
  const sides = { own: { added: 0, changed: 0, deleted: 0 }, project: { added: 0, changed: 0, deleted: 0 } };
  const both: string[] = [];
  let alike = 0;
  for (const key of new Set([...restored.keys(), ...project.keys(), ...own.keys()])) {
    const [was, there, here] = [restored.get(key), project.get(key), own.get(key)];
    if (was === there && was === here) continue;
    if (there === here) alike += 1;
    else if (there === was) count(sides.own, was, here);
    else if (here === was) count(sides.project, was, there);
    else both.push(key);
  }
  return { ...sides, alike, both };
}
