import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { readInventory, unreadKind } from "./inventory.ts";
import { bindScope, inventoryQueries } from "./inventory-files.ts";
import { wholeScope } from "./scope.ts";
import type { Scope } from "./types.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await database.session.query(`
    CREATE SCHEMA app;
    CREATE SCHEMA "Gone ""1""";
    CREATE TABLE app.kept (id serial PRIMARY KEY);
    CREATE TABLE app."Left Out" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n serial, k int REFERENCES app.kept);
    CREATE INDEX left_out_index ON app."Left Out" (k);
    CREATE POLICY p ON app."Left Out";
    CREATE RULE r AS ON DELETE TO app."Left Out" DO INSTEAD NOTHING;
    CREATE STATISTICS app.left_out_statistics ON id, k FROM app."Left Out";
    COMMENT ON COLUMN app."Left Out".k IS 'left';
    COMMENT ON INDEX app.left_out_index IS 'left';
    CREATE PUBLICATION feed FOR TABLE app.kept, app."Left Out";
    CREATE TABLE "Gone ""1""".t (id int PRIMARY KEY);
    CREATE FUNCTION "Gone ""1""".f() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TYPE "Gone ""1""".e AS ENUM ('a');
    COMMENT ON TABLE "Gone ""1""".t IS 'gone';
    COMMENT ON FUNCTION "Gone ""1""".f() IS 'gone';
    COMMENT ON SCHEMA "Gone ""1""" IS 'gone';
    ALTER DEFAULT PRIVILEGES IN SCHEMA "Gone ""1""" GRANT SELECT ON TABLES TO public;
    CREATE EXTENSION moddatetime SCHEMA app;
    CREATE TEMP TABLE passing (x int);
  `);
});

afterAll(() => database[Symbol.asyncDispose]());

async function read(scope: Scope) {
  const { session } = database;
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    return await readInventory(session, scope);
  } finally {
    await session.query("ROLLBACK");
  }
}

test("everything is in without exclusions, but nothing of the system's or temporary", async () => {
  const { objects, notCovered } = await read(wholeScope);
  const all = JSON.stringify(objects);
  expect(notCovered).toEqual([]);
  for (const name of ["Left Out", "left_out_index", "Gone", "moddatetime"]) expect(all).toContain(name);
  for (const name of ["passing", "pg_toast", "information_schema"]) expect(all).not.toContain(name);
  const names = objects.map(({ kind, name }) => `${kind} ${name}`);
  expect(new Set(names).size).toBe(names.length);
});

test("what the scope excludes is nowhere, and its surroundings are", async () => {
  const { objects } = await read({
    ...wholeScope,
    excludedSchemas: ['Gone "1"'],
    excludedTables: ['app."Left Out"', "app.never_was"],
    excludedExtensions: ["moddatetime"],
  });
  const names = objects.map(({ kind, name }) => `${kind} ${name}`);
  const text = JSON.stringify(objects);
  for (const name of ["Gone", "left_out_index", "left_out_statistics", "moddatetime"]) expect(text).not.toContain(name);
  for (const name of ["table app.kept", "publication-table app.kept IN feed", "schema app"])
    expect(names).toContain(name);
  // As in the dump: an identity's sequence goes with its table, a serial's stays without its owner.
  expect(names.filter((name) => name.includes("Left Out"))).toEqual(['sequence app."Left Out_n_seq"']);
  expect(objects.find(({ name }) => name === 'app."Left Out_n_seq"')?.attributes).not.toHaveProperty("owned_by");
});

test("a role that may read little gets the same inventory, and is told what it cannot see", async () => {
  const { session } = database;
  const { objects: asSuperuser } = await read(wholeScope);
  await session.query(
    "BEGIN ISOLATION LEVEL REPEATABLE READ; CREATE ROLE inventory_nobody; SET LOCAL ROLE inventory_nobody",
  );
  const { objects, notCovered } = await readInventory(session, wholeScope);
  await session.query("ROLLBACK");
  expect(notCovered).toMatchObject([{ what: "the definition of every role password" }]);
  expect(objects.filter(({ kind }) => kind === unreadKind)).toEqual([
    { kind: unreadKind, name: "role-password", attributes: {} },
  ]);
  const own = (kind: string) => kind === "table" || kind === "column" || kind === "function" || kind === "policy";
  expect(objects.filter(({ kind }) => own(kind))).toEqual(asSuperuser.filter(({ kind }) => own(kind)));
});

test("a query that fails for any other reason is not glossed over", async () => {
  const { session } = database;
  const broken = {
    ...session,
    query: ((sql: string, values?: readonly unknown[]) =>
      session.query(
        sql.includes("pg_policy") ? "SELECT 1/0" : sql,
        sql.includes("pg_policy") ? [] : values,
      )) as typeof session.query,
  };
  await session.query("BEGIN READ ONLY");
  await expect(readInventory(broken, wholeScope)).rejects.toMatchObject({ code: "22012" });
  await session.query("ROLLBACK");
});

test("psql's variables become parameters, casts stay", () => {
  expect(bindScope("x", "a <> ALL (:tables) AND b::tables AND c = ANY (:relations) OR d <> ALL (:tables)")).toEqual({
    kind: "x",
    sql: "a <> ALL ($1::oid[]) AND b::tables AND c = ANY ($2::oid[]) OR d <> ALL ($1::oid[])",
    parameters: ["tables", "relations"],
  });
});

test("every query says at its top what it lists", () => {
  expect(inventoryQueries.length).toBeGreaterThan(45);
  for (const { kind, sql } of inventoryQueries) expect(sql.startsWith("-- "), kind).toBe(true);
});
