import { expect, test } from "vitest";
import { testRole } from "../../test/support/backup.ts";
import { testDatabase } from "../../test/support/database.ts";
import { databasePlan } from "../../test/support/proof.ts";
import { connect } from "../postgres/connect.ts";
import { decideScope, resolveScope, type ScopeFacts } from "./scope.ts";

const plan = (...exclude: Record<string, string>[]) =>
  databasePlan({ scope: { exclude: exclude.map((entry) => ({ ...entry, reason: "it can be made again" })) } });

test("everything is in scope but what the plan leaves out, by name and whatever the quoting", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE SCHEMA scratch; CREATE TABLE scratch.x (a int); CREATE TABLE public."user" (a serial);
    CREATE TABLE public.log (a int) PARTITION BY LIST (a); CREATE TABLE public.log1 PARTITION OF public.log DEFAULT;
    CREATE EXTENSION hstore SCHEMA scratch`);
  expect((await resolveScope(session, plan())).leftOut).toEqual([]);
  const scope = await resolveScope(
    session,
    plan({ schema: "scratch" }, { table: "public.user" }, { rows: "public.log" }),
  );
  expect(scope).toMatchObject({
    excludedSchemas: ["ithaca_recovery", "scratch"],
    excludedTables: ['public."user"', "public.user_a_seq"],
    excludedRows: ["public.log", "public.log1"],
    excludedExtensions: ["hstore"],
  });
  expect(scope.leftOut.map(({ what, why }) => `${what}: ${why}`)).toEqual([
    "schema scratch: it can be made again",
    'table public."user": it can be made again',
    "rows of public.log: it can be made again",
    "extension hstore: its schema scratch is left out",
    "rows of public.log1: those of its partitioned table are left out",
    "sequence public.user_a_seq: the table that it belongs to is left out",
  ]);
  const root = await resolveScope(session, plan({ table: "public.log" }));
  expect(root.excludedTables).toEqual(["public.log", "public.log1"]);
});

test("unknown names are errors, all at once, with a suggestion", async () => {
  await using database = await testDatabase();
  await database.session.query("CREATE TABLE public.orders (a serial)");
  const unknown = plan(
    { table: "public.order" },
    { rows: "public.orders_a_seq" },
    { schema: "pubic" },
    { extension: "x" },
  );
  await expect(resolveScope(database.session, unknown)).rejects.toMatchObject({
    id: "census.scope_unknown",
    kind: "input",
    message: expect.stringMatching(
      /table public\.order \(did you mean public\.orders\?\), table public\.orders_a_seq.*schema pubic \(did you mean public\?\), extension x/,
    ),
  });
});

test("what the role may not read is refused by name, unless the plan leaves it out", async () => {
  await using database = await testDatabase();
  await using role = await testRole(database, "BYPASSRLS");
  await database.session.query(`CREATE SCHEMA closed; CREATE TABLE closed.t (a int); CREATE TABLE public.t (a serial);
    GRANT SELECT ON ALL TABLES IN SCHEMA closed TO PUBLIC`);
  await using session = await connect(role.target, { readOnly: true });
  await expect(resolveScope(session, plan())).rejects.toMatchObject({
    id: "census.unreadable",
    message: expect.stringMatching(/may not read closed\.t, public\.t, public\.t_a_seq.*GRANT pg_read_all_data/),
  });
  const scope = await resolveScope(session, plan({ schema: "closed" }, { table: "public.t" }));
  expect(scope.excludedTables).toEqual(["public.t", "public.t_a_seq"]);
});

test("a Supabase project keeps to itself what the platform manages, recognised by itself or named in the plan", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE SCHEMA auth; CREATE TABLE auth.users (id int); CREATE TABLE auth.schema_migrations (v text);
    CREATE SCHEMA vault; CREATE TABLE vault.secrets (id int); CREATE SCHEMA realtime`);
  const scope = await resolveScope(session, { ...plan(), platform: "lovable" });
  expect(scope).toMatchObject({
    excludedSchemas: ["ithaca_recovery", "realtime", "vault"],
    excludedTables: ["auth.schema_migrations"],
  });
  expect(scope.leftOut).toHaveLength(3);
});

const facts: ScopeFacts = {
  role: "backup",
  standby: false,
  supabase: false,
  subscriptions: [],
  blind_user_mappings: [],
  schemas: ["auth", "public", "vault"],
  relations: [],
  extensions: [],
};

test("the platform is recognised although the plan does not name it", () => {
  expect(decideScope({ ...facts, supabase: true }, plan()).excludedSchemas).toEqual(["ithaca_recovery", "vault"]);
  expect(decideScope(facts, plan()).excludedSchemas).toEqual(["ithaca_recovery"]);
});

test("a standby has no unlogged rows; subscriptions and hidden options are listed", () => {
  const relation = {
    oid: 1,
    schema: "public",
    name: "fast",
    qualified: "public.fast",
    kind: "r" as const,
    unlogged: true,
    populated: true,
    root: 1,
    owner_table: null,
    extension: null,
    configuration: null,
    readable: true,
  };
  const scope = decideScope(
    { ...facts, standby: true, relations: [relation], subscriptions: ["s"], blind_user_mappings: ["u on server w"] },
    plan(),
  );
  expect(scope.excludedRows).toEqual(["public.fast"]);
  expect(scope.leftOut.map(({ what }) => what)).toEqual([
    "rows of public.fast",
    "subscription s",
    "options of user mapping u on server w",
  ]);
});
