import type { QueryResultRow } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runSqlFile, type TestDatabase, testDatabase } from "../../test/support/database.ts";
import type { Session } from "../postgres/types.ts";
import { compareInventories } from "./compare-inventory.ts";
import { readInventory } from "./inventory.ts";
import type { Case } from "./inventory-cases/case.ts";
import { code, policiesAndViews } from "./inventory-cases/code.ts";
import { aroundTheDatabase, extensions } from "./inventory-cases/surroundings.ts";
import { columns, constraintsAndIndexes, schemasAndTables } from "./inventory-cases/tables.ts";
import { typesAndOperators } from "./inventory-cases/types.ts";
import { inventoryQueries } from "./inventory-files.ts";
import { wholeScope } from "./scope.ts";
import type { Difference, InventoryObject } from "./types.ts";

/*
 * Every case is one statement on the same database, seen against the same inventory and rolled back. All of it, the
 * fixture included, happens in one transaction that never ends, so that its roles never exist for other tests.
 */

let database: TestDatabase;
let session: Session;
let before: readonly InventoryObject[];

beforeAll(async () => {
  database = await testDatabase();
  await database.session.query(
    "SET client_min_messages = error; SET plan_cache_mode = force_generic_plan; BEGIN ISOLATION LEVEL REPEATABLE READ",
  );
  await runSqlFile(database.session, "sql/fixtures/inventory/objects.sql");
  await database.session.query("SET search_path = ''; SET CONSTRAINTS ALL IMMEDIATE");
  session = preparing(database.session);
  before = (await readInventory(session, wholeScope)).objects;
});

afterAll(() => database[Symbol.asyncDispose]());

/**
 * The session with each query of the inventory planned once: most of a reading's time is planning, and there are hundreds
 * of readings.
 */
function preparing(session: Session): Session {
  const names = new Map<string, string>();
  return {
    ...session,
    async query<Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) {
      if (!inventoryQueries.some((query) => query.sql === sql)) return session.query<Row>(sql, values);
      const name = names.get(sql) ?? `inventory_${names.size}`;
      if (!names.has(sql)) await session.query(`PREPARE ${name} AS ${sql}`);
      names.set(sql, name);
      const literals = values.map((value) => `'{${String(value)}}'`);
      return session.query<Row>(`EXECUTE ${name}${literals.length === 0 ? "" : `(${literals.join(", ")})`}`);
    },
  };
}

function told({ kind, object, attribute, change, folded }: Difference): string {
  if (change === "changed") return `${kind} ${object}: ${attribute}`;
  return `${change === "missing" ? "-" : "+"} ${kind} ${object}${folded === undefined ? "" : ` (+${folded})`}`;
}

async function differencesAfter(sql: string): Promise<string[]> {
  const { target } = database;
  await session.query("SAVEPOINT before_the_change");
  try {
    await session.query(sql.replaceAll("$db", target.database));
    const { objects } = await readInventory(session, wholeScope);
    const versions = { expectedVersion: session.versionNum, actualVersion: session.versionNum };
    return compareInventories(before, objects, versions).differences.map(told);
  } finally {
    await session.query("ROLLBACK TO SAVEPOINT before_the_change");
  }
}

const groups: Record<string, readonly Case[]> = {
  schemasAndTables,
  columns,
  constraintsAndIndexes,
  code,
  policiesAndViews,
  typesAndOperators,
  aroundTheDatabase,
  extensions,
};

for (const [group, cases] of Object.entries(groups)) {
  test.for(cases)(`${group}: $sql`, async ({ sql, seen }) => {
    expect((await differencesAfter(sql)).toSorted()).toEqual([...seen].toSorted());
  });
}

test("a comment that outlived its subscription is no object", async () => {
  await session.query("SAVEPOINT outlived");
  await session.query(
    "CREATE SUBSCRIPTION gone CONNECTION '' PUBLICATION none WITH (connect = false, slot_name = NONE)",
  );
  await session.query("COMMENT ON SUBSCRIPTION gone IS 'stays'; DROP SUBSCRIPTION gone");
  expect((await readInventory(session, wholeScope, ["comment"])).objects).toEqual(
    before.filter(({ kind }) => kind === "comment"),
  );
  await session.query("ROLLBACK TO SAVEPOINT outlived");
});

test("an operator that another one only promised is no object", async () => {
  await session.query("SAVEPOINT promised");
  await session.query(`CREATE OPERATOR public.=== (FUNCTION = pg_catalog.booleq, LEFTARG = boolean, RIGHTARG = boolean,
    NEGATOR = OPERATOR(public.!==)); DROP OPERATOR public.=== (boolean, boolean)`);
  expect((await session.query("SELECT FROM pg_operator WHERE oprname = '!=='")).length).toBe(1);
  const operators = (await readInventory(session, wholeScope, ["operator"])).objects;
  expect(operators).toEqual(before.filter(({ kind }) => kind === "operator"));
  await session.query("ROLLBACK TO SAVEPOINT promised");
});
