import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import {
  parseQualifiedName,
  qualifiedName,
  quoteArray,
  quoteIdentifier,
  quoteLiteral,
  quoteWhereNeeded,
} from "./quote.ts";
import { majorOf } from "./server-facts.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

/** Identifiers of at most 63 bytes, rich in what quoting is about. */
const identifier = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(..."abcz019_$\"'\\ .\n\tÄé😀AZ"), minLength: 1, maxLength: 24 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
    fc.constantFrom("user", "order", "json", "between", "name", "Order Items", 'a"b', "9lives", "_x", "$x"),
  )
  .filter((name) => !name.includes("\0") && name.isWellFormed() && Buffer.byteLength(name) <= 63);

test("any identifier is quoted as the server quotes it, and means itself", async () => {
  const names = fc.sample(identifier, 400);
  const major = majorOf(database.session.versionNum);
  const rows = await database.session.query<{ name: string; quoted: string; both: string }>(
    `SELECT name, quote_ident(name) AS quoted, format('%I.%I', name, name) AS both
     FROM unnest($1::text[]) WITH ORDINALITY AS t (name, n) ORDER BY n`,
    [names],
  );
  for (const { name, quoted, both } of rows) {
    expect(quoteWhereNeeded(name, major)).toBe(quoted);
    expect(qualifiedName(name, name, major)).toBe(both);
    expect(parseQualifiedName(both)).toEqual({ schema: name, name });
    expect(parseQualifiedName(`${quoteIdentifier(name)}.${quoteIdentifier(name)}`)).toEqual({ schema: name, name });
  }
  const columns = [...new Set(names)].slice(0, 200);
  const [row] = await database.session.query(
    `SELECT ${columns.map((name) => `1 AS ${quoteIdentifier(name)}`).join(", ")}`,
  );
  expect(Object.keys(row ?? {}).sort()).toEqual(columns.sort());
});

test("the keywords are those of the server", async () => {
  const rows = await database.session.query<{ word: string; quoted: string }>(
    "SELECT word, quote_ident(word) AS quoted FROM pg_get_keywords()",
  );
  const major = majorOf(database.session.versionNum);
  expect(rows.length).toBeGreaterThan(400);
  expect(rows.filter(({ word, quoted }) => quoteWhereNeeded(word, major) !== quoted)).toEqual([]);
});

test("a word that became a keyword later is quoted from then on", () => {
  expect([15, 16, 17, 18].map((major) => quoteWhereNeeded("json_object", major))).toEqual([
    "json_object",
    '"json_object"',
    '"json_object"',
    '"json_object"',
  ]);
  expect(quoteWhereNeeded("json_table", 16)).toBe("json_table");
});

const texts = [
  ...fc.sample(
    fc.string({ unit: "grapheme" }).filter((s) => !s.includes("\0") && s.isWellFormed()),
    100,
  ),
  ...["\\'; --", "a\\", '"', "NULL", "null", "", " ", "{}", ",", '\\"'],
];

test.each([
  ["as a literal", `ARRAY[${texts.map(quoteLiteral).join(", ")}]`],
  ["within the literal of an array", quoteArray(texts)],
])("any text survives %s", async (_, sql) => {
  const [row] = await database.session.query<{ all: string[] }>(`SELECT ${sql}::text[] AS all`);
  expect(row?.all).toEqual(texts);
});

test("names of the plan are read as SQL would", () => {
  expect(parseQualifiedName('public."Order Items"')).toEqual({ schema: "public", name: "Order Items" });
  expect(parseQualifiedName("Public.ÄPFEL$1")).toEqual({ schema: "public", name: "ÄpfeL$1".replace("pfeL", "pfel") });
  expect(parseQualifiedName('"a.b"."c""d"')).toEqual({ schema: "a.b", name: 'c"d' });
});

test.each(["profiles", "a.b.c", ".b", "a.", 'a."', 'a.""', "a.9b", "a. b", 'a."b"c'])("%s is not one", (name) => {
  expect(() => parseQualifiedName(name)).toThrow(expect.objectContaining({ id: "postgres.bad_name", kind: "input" }));
});
