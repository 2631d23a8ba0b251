import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { holdersOf, identifierParts, relationInName } from "./inventory-names.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const nasty = fc
  .array(fc.constantFrom('"', ".", " ON ", "a", "B", "é", "🦄", "select", "\n", "(", ",", "_", "1", "'"), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join(""));

test("whatever PostgreSQL quotes comes apart again", async () => {
  const triples = fc.sample(fc.tuple(nasty, nasty, nasty), 300);
  const rows = await database.session.query<{ column: string; policy: string; parts: string[] }>(
    `SELECT format('%I.%I.%I', x->>0, x->>1, x->>2) AS column, format('%I ON %I.%I', x->>0, x->>1, x->>2) AS policy,
       ARRAY[quote_ident(x->>0), quote_ident(x->>1), quote_ident(x->>2)] AS parts
     FROM jsonb_array_elements($1::jsonb) AS x`,
    [JSON.stringify(triples)],
  );
  expect(rows).toHaveLength(300);
  for (const { column, policy, parts } of rows) {
    const [a, b, c] = parts;
    expect(identifierParts(column)).toEqual(parts);
    expect(relationInName({ kind: "column", name: column })).toBe(`${a}.${b}`);
    expect(relationInName({ kind: "policy", name: policy })).toBe(`${b}.${c}`);
  }
});

test("an object goes with its table, and then with its schema", () => {
  const trigger = { kind: "trigger", name: 't ON "a.b".c', attributes: { clone_of: 't ON "a.b".p' } };
  expect(holdersOf(trigger)).toEqual([
    { kind: "trigger", name: 't ON "a.b".p' },
    { kind: "relation", name: '"a.b".c' },
    { kind: "schema", name: '"a.b"' },
  ]);
  expect(holdersOf({ kind: "function", name: "s.f(integer, text)", attributes: {} })).toEqual([
    { kind: "schema", name: "s" },
  ]);
});
