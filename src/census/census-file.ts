import { createReadStream, createWriteStream } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { IthacaError, messageOf } from "../base/errors.ts";
import { censusErrors } from "./errors.ts";
import { withoutMarker } from "./marker-schema.ts";
import { roleViewsSchema } from "./roles/schema.ts";
import { type Census, censusFormat, type InventoryObject, type SequenceCensus, type TableCensus } from "./types.ts";
import { writeCountersSchema } from "./writes.ts";

/*
 * census.json is one JSON document in which every table, sequence and object of the inventory has a line of its own,
 * in a stable order: two of them can be compared with `diff`, a deduplicating vault keeps what did not change once, and
 * neither writing nor reading ever holds the whole text in memory (5,000 tables have some 50 MB of definitions).
 */

const state = z.strictObject({ last_value: z.string().regex(/^-?\d+$/), is_called: z.boolean() });
const reasoned = z.array(z.strictObject({ what: z.string(), why: z.string() }));
const hash = z.string().regex(/^-?\d+:-?\d+$/);

const tableSchema = z.strictObject({
  rows: z.int().nonnegative(),
  hash: hash.nullable(),
  unhashed: z.strictObject({ why: z.string(), excused: z.boolean() }).optional(),
  sample: z.strictObject({ one_in: z.int().positive(), rows: z.int().nonnegative(), hash }).exactOptional(),
  kind: z.enum(["table", "partitioned", "matview", "extension-table"]),
  seconds: z.number(),
});
const sequenceSchema = z.strictObject({ before: state, after: state, increment: z.string(), cycles: z.boolean() });
const objectSchema = z.strictObject({
  kind: z.string(),
  name: z.string(),
  attributes: z.record(z.string(), z.json()),
});
const headSchema = z.strictObject({
  format: z.literal(censusFormat),
  taken_at: z.iso.datetime(),
  server_version_num: z.int(),
  large_objects: z.strictObject({ count: z.int().nonnegative(), hash }).nullable(),
  samples: z.array(z.strictObject({ table: z.string(), key: z.string(), hash })),
  freshness: z.array(z.strictObject({ table: z.string(), column: z.string(), newest: z.string().nullable() })),
  role_views: roleViewsSchema.exactOptional(),
  writes: writeCountersSchema.exactOptional(),
  not_covered: reasoned,
});

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);
const identity = (object: InventoryObject) => `${object.kind}\0${object.name}`;

/** The lines of census.json, each with its line end. */
function* lines(census: Census): Generator<string> {
  const { tables, sequences, inventory, ...head } = census;
  yield `{"head":${JSON.stringify(head)},\n`;
  yield* section('"tables":{', Object.entries(tables).sort(byName).map(entryLine), "},");
  yield* section('"sequences":{', Object.entries(sequences).sort(byName).map(entryLine), "},");
  const sorted = [...inventory].sort((a, b) => byName([identity(a), 0], [identity(b), 0]));
  yield* section('"inventory":[', sorted, "]}", JSON.stringify);
}

const entryLine = ([name, value]: readonly [string, unknown]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`;

function* section<T>(open: string, items: readonly T[], close: string, text: (item: T) => string = String) {
  yield `${open}\n`;
  for (const [index, item] of items.entries()) yield `${text(item)}${index === items.length - 1 ? "" : ","}\n`;
  yield `${close}\n`;
}

/** U+2028 and U+2029 end a line for Node's readline, though not in JSON. */
const separators = /[\u2028\u2029]/g;
const escaped = (separator: string) => `\\u${separator.charCodeAt(0).toString(16)}`;

function* writable(census: Census): Generator<string> {
  for (const line of lines(census)) yield line.replace(separators, escaped);
}

/** Writes a census as census.json. */
export async function writeCensus(census: Census, path: string): Promise<void> {
  await pipeline(writable(census), createWriteStream(path, { mode: 0o600 }));
}

/**
 * Reads census.json back, line by line, and checks every line: what a vault holds is not trusted. A recovery's marker in
 * it is left out: it is never restored either.
 *
 * @throws census.file_malformed, census.other_format
 */
export async function readCensusFile(path: string): Promise<Census> {
  const tables: Record<string, TableCensus> = {};
  const sequences: Record<string, SequenceCensus> = {};
  const inventory: InventoryObject[] = [];
  let head: z.output<typeof headSchema> | undefined;
  let within = "";
  let number = 0;
  const parse = (line: string) => {
    const text = line.endsWith(",") ? line.slice(0, -1) : line;
    if (number === 1) head = readHead(text);
    else if (/^"(tables|sequences|inventory)":[{[]$/.test(line)) within = line;
    else if (line === "}," || line === "]}") within = line;
    else if (within.startsWith('"tables')) assignEntry(tables, text, tableSchema);
    else if (within.startsWith('"sequences')) assignEntry(sequences, text, sequenceSchema);
    else if (within.startsWith('"inventory')) inventory.push(objectSchema.parse(JSON.parse(text)));
    else throw new Error("it does not belong there");
  };
  const input = createReadStream(path, "utf8");
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      parse(line);
    }
  } catch (thrown) {
    if (thrown instanceof IthacaError) throw thrown;
    throw censusErrors.file_malformed({ path: basename(path), why: `line ${number}: ${why(thrown)}` });
  } finally {
    input.destroy();
  }
  if (head === undefined || within !== "]}") {
    throw censusErrors.file_malformed({ path: basename(path), why: "it ends before its time" });
  }
  return withoutMarker({ ...head, tables, sequences, inventory });
}

const anyFormat = z.object({ format: z.int() });

function readHead(line: string): z.output<typeof headSchema> {
  const head: unknown = JSON.parse(`${line}}`)?.head;
  const { data } = anyFormat.safeParse(head);
  if (data !== undefined && data.format !== censusFormat) throw censusErrors.other_format(data);
  return headSchema.parse(head);
}

function assignEntry<T>(to: Record<string, T>, text: string, schema: z.ZodType<T>): void {
  const parsed = z.record(z.string(), schema).parse(JSON.parse(`{${text}}`));
  for (const [name, value] of Object.entries(parsed)) to[name] = value;
}

/** The reason without the value: it may be a definition. */
function why(thrown: unknown): string {
  if (thrown instanceof z.ZodError) return thrown.issues.map((i) => `${i.path.join(".")} ${i.code}`).join(", ");
  return thrown instanceof SyntaxError ? "not JSON" : messageOf(thrown);
}
