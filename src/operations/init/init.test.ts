import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { socketUrl } from "../../../test/support/cli.ts";
import { type TestDatabase, testDatabase, testRole } from "../../../test/support/database.ts";
import { systemClock } from "../../base/clock.ts";
import { silentProgress } from "../../base/progress.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { parsePlan } from "../../plan/parse.ts";
import type { Target } from "../../postgres/types.ts";
import { criticalTables, type FoundTable, freshnessProbes } from "./guess.ts";
import { init, type OlderPlan } from "./init.ts";
import { databaseKey } from "./plan-text.ts";

const shop = `
  CREATE TABLE public.customers (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text, created_at timestamptz DEFAULT now());
  CREATE TABLE public.orders (id int PRIMARY KEY, customer_id uuid, placed_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE public.invoices (id int PRIMARY KEY, order_id int REFERENCES public.orders);
  CREATE TABLE public.parcels (id int PRIMARY KEY, order_id int REFERENCES public.orders);
  CREATE TABLE public.depots (depotid int PRIMARY KEY);
  CREATE TABLE public.shelves (id int PRIMARY KEY, depotid int, order_id int);
  INSERT INTO public.depots VALUES (1);
  INSERT INTO public.shelves VALUES (1, 1, 1), (2, NULL, 404);
  CREATE TABLE public."odd: name" (id int, value text);
  CREATE TABLE public.archive (at timestamptz DEFAULT now());
  INSERT INTO public.archive VALUES (now() - interval '2 years');
  CREATE TABLE public.events (id int PRIMARY KEY, text text) PARTITION BY RANGE (id);
  CREATE TABLE public.events_1 PARTITION OF public.events DEFAULT;
  INSERT INTO public.events SELECT n, repeat('x', 200) FROM generate_series(1, 2000) AS n;
  CREATE TABLE public.drafts (id int PRIMARY KEY) PARTITION BY RANGE (id);
  CREATE TABLE public.notes (draft int REFERENCES public.drafts);
  CREATE TABLE public.sketches (draft int REFERENCES public.drafts);
  ALTER TABLE public.customers ENABLE ROW LEVEL SECURITY;
  INSERT INTO public.customers (email, created_at) VALUES ('canary@example.com', now());
  INSERT INTO public.orders (id, placed_at) SELECT n, now() - n * interval '6 hours' FROM generate_series(1, 50) AS n;
`;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.session.query(shop);
});
afterAll(() => database[Symbol.asyncDispose]());

const contextIn = (workingDirectory: string, environment: Record<string, string>) => ({
  environment,
  clock: systemClock,
  progress: silentProgress,
  signal: new AbortController().signal,
  workingDirectory,
});

test("a plan of a database is a plan, says what was found, and holds no row", async () => {
  await using folder = await scratchDirectory("init");
  const context = contextIn(folder.path, { SHOP_URL: socketUrl(database.target) });
  const { path } = await init(context, { plan: "shop.yaml", urlSecret: "SHOP_URL" });
  const text = await readFile(join(folder.path, path), "utf8");
  expect(text).not.toContain("canary");
  const [plan] = Object.values(parsePlan(text, "shop.yaml").databases);
  expect(plan).toMatchObject({
    url_secret: "SHOP_URL",
    platform: "postgres",
    critical_tables: expect.arrayContaining(["public.customers", "public.orders"]),
    rls_tables: ["public.customers"],
    orphans: [
      { table: "public.orders", column: "customer_id", references: "public.customers", key: "id" },
      { table: "public.shelves", column: "depotid", references: "public.depots", key: "depotid" },
    ],
    smoke: { table: "public.orders", key: "id", rows: 10 },
    throwaway: { major: Math.floor(database.session.versionNum / 10_000) },
  });
  expect(text, "partitions are their root's").toMatch(/- public\.events # \d+ % of the bytes/);
  expect(text, "a root whose partitions hold nothing").not.toContain("public.drafts #");
  expect(text, "a reference that leads nowhere already").toContain(
    "#   - { table: public.shelves, column: order_id, references: public.orders }",
  );
  const probes = plan?.freshness.map(({ table, column, within }) => [table, column, within]);
  expect(probes).toContainEqual(["public.orders", "placed_at", 24 * 3600]);
  expect(probes?.map(([table]) => table)).not.toContain("public.archive");
});

test("names that SQL must quote are quoted, whatever is in them", async () => {
  await using strange = await testDatabase();
  await strange.session.query(`
    CREATE SCHEMA "a ""b";
    CREATE TABLE public."User" ("null" int PRIMARY KEY, email text, "at, {when" timestamptz DEFAULT now());
    CREATE TABLE public."order" (id int PRIMARY KEY, "User_id" int, "Id" int REFERENCES public."User");
    CREATE TABLE "a ""b"."T, ""w: # x" (id int PRIMARY KEY, "e
mail_email" text);
    INSERT INTO public."User" VALUES (1);
    INSERT INTO "a ""b"."T, ""w: # x" VALUES (1);
    ALTER TABLE public."order" ENABLE ROW LEVEL SECURITY`);
  await using folder = await scratchDirectory("init");
  const { text } = await init(contextIn(folder.path, { ITHACA_DATABASE_URL: socketUrl(strange.target) }), {
    plan: "p.yaml",
  });
  expect(Object.values(parsePlan(text, "p.yaml").databases)).toMatchObject([
    {
      critical_tables: ['public."User"', '"a ""b"."T, ""w: # x"'],
      rls_tables: ['public."order"'],
      freshness: [{ table: 'public."User"', column: "at, {when" }],
      smoke: { table: 'public."User"', key: "null" },
    },
  ]);
});

test("a plan that is there is left alone until somebody says otherwise", async () => {
  await using folder = await scratchDirectory("init");
  await writeFile(join(folder.path, "ithaca.yaml"), "mine");
  const context = contextIn(folder.path, { ITHACA_DATABASE_URL: socketUrl(database.target) });
  const plan = "ithaca.yaml";
  await expect(init(context, { plan })).rejects.toMatchObject({ id: "run.plan_exists", kind: "input" });
  await expect(init(context, { plan, mayReplace: async () => false })).rejects.toThrow(
    "There is a plan at ithaca.yaml",
  );
  expect(await readFile(join(folder.path, plan), "utf8")).toBe("mine");
  const key = databaseKey(database.target.database);
  const asked: OlderPlan[] = [];
  const mayReplace = async (older: OlderPlan) => asked.push(older) > 0;
  expect(await init(context, { plan, mayReplace })).toMatchObject({ keptAs: "ithaca-before.yaml" });
  expect(await readFile(join(folder.path, plan), "utf8")).toContain("version: 1");
  expect(await readFile(join(folder.path, "ithaca-before.yaml"), "utf8")).toBe("mine");
  await init(context, { plan, mayReplace });
  await init(context, { plan, mayReplace });
  expect(asked).toEqual([
    { databases: [], keptAs: "ithaca-before.yaml" },
    { databases: [key], keptAs: `${key}.yaml` },
    { databases: [key], keptAs: `${key}-2.yaml` },
  ]);
});

test("a place that takes no plan is one sentence, and whose fault it is decides the exit code", async () => {
  await using folder = await scratchDirectory("init");
  const context = contextIn(folder.path, { ITHACA_DATABASE_URL: socketUrl(database.target) });
  const to = (plan: string) => init(context, { plan, mayReplace: async () => true });
  await expect(to("nowhere/p.yaml")).rejects.toMatchObject({ id: "run.plan_nowhere", exitCode: 2 });
  await expect(to("p".repeat(300))).rejects.toMatchObject({ id: "run.plan_nowhere", exitCode: 2 });
  await expect(to(".")).rejects.toMatchObject({ id: "run.plan_nowhere", exitCode: 2 });
  // Nobody may make a file there, not even root: neither a new plan nor the copy of an older one.
  for (const plan of ["/sys/kernel/p.yaml", "/sys/kernel/uevent_seqnum"]) {
    const refused = { id: "run.plan_not_written", exitCode: 3, message: expect.stringContaining(`${plan}: E`) };
    await expect(to(plan)).rejects.toMatchObject(refused);
  }
});

test("a role that may read little writes no plan that looks whole: what it lacks is told, and so is an empty database", async () => {
  await using folder = await scratchDirectory("init");
  await using role = await testRole(database);
  await using hollow = await testDatabase();
  const told = async (target: Target) => {
    const warnings: string[] = [];
    const progress = { ...silentProgress, warn: (message: string) => warnings.push(message) };
    const context = { ...contextIn(folder.path, { ITHACA_DATABASE_URL: socketUrl(target) }), progress };
    await init(context, { plan: "p.yaml", mayReplace: async () => true });
    return warnings;
  };
  expect(await told(database.target)).toEqual([]);
  expect(await told(role.target)).toEqual([
    expect.stringMatching(/may not read 12 of 12 tables, .*public\.archive.* and 7 more; grant it pg_read_all_data/),
    expect.stringContaining("give it BYPASSRLS"),
  ]);
  expect(await told(hollow.target)).toEqual([expect.stringContaining("has no table of an application")]);
});

test("without a connection string nothing is written", async () => {
  await using folder = await scratchDirectory("init");
  await expect(init(contextIn(folder.path, {}), { plan: "p.yaml" })).rejects.toMatchObject({ id: "run.init_source" });
  await expect(access(join(folder.path, "p.yaml"))).rejects.toThrow();
});

describe("guesses", () => {
  const table = (name: string, more: Partial<FoundTable> = {}): FoundTable => ({
    ...{
      schema: "public",
      name,
      bytes: 1,
      empty: false,
      protected: false,
      referenced_by: 0,
      key: "id",
      columns: [],
      readable: true,
    },
    ...more,
  });

  test("a database without a hint has its largest tables", () => {
    const tables = ["a", "b", "c", "d"].map((name, index) => table(name, { bytes: 100 + index }));
    expect(criticalTables(tables.slice(0, 3)).map(({ value }) => value)).toEqual(["public.c", "public.b", "public.a"]);
    expect(criticalTables([])).toEqual([]);
    const filled = [table("waiting", { empty: true, bytes: 900, columns: ["email"] }), table("rows")];
    expect(criticalTables(filled).map(({ value }) => value)).toEqual(["public.rows"]);
  });

  test("a quiet night is no alarm, and what has not moved for a week is no sign of life", () => {
    const pulse = { schema: "public", name: "t", column: "at" };
    const probe = (age_s: number, longest_gap_s: number) => freshnessProbes([{ ...pulse, age_s, longest_gap_s }])[0];
    expect(probe(60, 120)?.value.within).toBe("24h");
    expect(probe(3600, 3 * 86_400)?.value.within).toBe("6d");
    expect(probe(8 * 86_400, 60)).toBeUndefined();
  });

  test.each([
    ["Inner Odyssey", "inner-odyssey"],
    ["42_app", "app"],
    ["Ünïcode", "n-code"],
    ["!!!", "database"],
    ["x".repeat(60), "x".repeat(40)],
  ])("the database %s is called %s", (name, key) => {
    expect(databaseKey(name)).toBe(key);
  });
});
