import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mortal, until } from "../../test/support/death.ts";
import { startCluster } from "./cluster.ts";
import { connect } from "./connect.ts";
import { withDatabase } from "./target.ts";
import { createThrowawayDatabase, sweepThrowaways, throwawayName } from "./throwaway-database.ts";
import type { Session, Target, Throwaway } from "./types.ts";

// A server like Supabase's image: the superuser is supabase_admin, `postgres` is not one, the roles exist already.
let server: Throwaway;
let admin: Session;
const names = () =>
  admin
    .query<{ name: string }>("SELECT datname AS name FROM pg_database WHERE datname LIKE 'ithaca%'")
    .then((rows) => rows.map(({ name }) => name));

beforeAll(async () => {
  server = await startCluster({ superuser: "supabase_admin" });
  admin = await connect(server.target, { readOnly: false });
  await admin.query(`
    CREATE ROLE postgres LOGIN CREATEDB CREATEROLE BYPASSRLS REPLICATION;
    CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role BYPASSRLS;
    CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY)`);
  await admin.query("CREATE DATABASE _supabase");
});
afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await server.destroy();
});

test("it is created with the source's locale, marked, usable, and gone after destroy", async () => {
  const throwaway = await createThrowawayDatabase(server.target, {
    name: "Inner Odyssey",
    encoding: "UTF8",
    collate: "C.UTF-8",
    ctype: "C.UTF-8",
    localeProvider: "libc",
  });
  expect(throwaway).toMatchObject({ kind: "service", notCovered: [], notProduction: "none" });
  expect(throwaway.target.database).toMatch(/^ithaca_throwaway_[0-9a-f]{16}_inner_odyssey$/);
  {
    await using session = await connect(throwaway.target, { readOnly: false });
    const [row] = await session.query(
      `SELECT datcollate, shobj_description(oid, 'pg_database') AS comment
       FROM pg_database WHERE datname = current_database()`,
    );
    expect(row).toEqual({ datcollate: "C.UTF-8", comment: throwaway.marker });
    expect(throwaway.marker).toMatch(/^ithaca throwaway [0-9a-f-]{36} created \d{4}-/);
    // Someone is still connected: FORCE.
    expect(await throwaway.destroy()).toBe(true);
  }
  expect(await throwaway.destroy()).toBe(true);
  expect(await names()).toEqual([]);
});

test.each([
  [{ collate: "xx_XX.UTF-8", ctype: "xx_XX.UTF-8", localeProvider: "libc" }, "C.UTF-8"],
  [{ collate: "C.UTF-8", ctype: "C.UTF-8", localeProvider: "builtin", icuLocale: "C.UTF-8" }, "libc's C.UTF-8"],
  [{ collate: "xx_XX.UTF-8", ctype: "xx_XX.UTF-8", localeProvider: "icu", icuLocale: "en-US" }, "libc's categories"],
])("a locale that the server lacks is replaced, and that is said: %o", async (locale, said) => {
  await using throwaway = await createThrowawayDatabase(server.target, { name: "app", encoding: "UTF8", ...locale });
  // From 17 on the server has it.
  const replaced = locale.localeProvider !== "builtin" || server.versionNum < 170_000;
  expect(throwaway.notCovered.map(({ why }) => why)).toEqual(replaced ? [expect.stringContaining(said)] : []);
});

test("an encoding that no UTF-8 locale has ends at C", async () => {
  const locale = { encoding: "LATIN1", collate: "de_DE.ISO-8859-1", ctype: "de_DE.ISO-8859-1", localeProvider: "libc" };
  await using throwaway = await createThrowawayDatabase(server.target, { name: "alt", ...locale });
  expect(throwaway.notCovered[0]?.why).toContain("sorts by its bytes");
});

test("what restored code does to keep the database alive does not help it", async () => {
  const throwaway = await createThrowawayDatabase(server.target, { name: "clingy" });
  await using session = await connect(throwaway.target, { readOnly: false });
  await session.query(
    "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere.invalid' PUBLICATION p WITH (connect = false, slot_name = 'x')",
  );
  await session.query(`ALTER DATABASE ${throwaway.target.database} IS_TEMPLATE true`);
  expect(await throwaway.destroy()).toBe(true);
});

test("only a superuser's server will do", async () => {
  const target: Target = { ...server.target, user: "postgres" };
  await expect(createThrowawayDatabase(target, { name: "app" })).rejects.toMatchObject({
    id: "postgres.throwaway_not_superuser",
    kind: "surroundings",
  });
});

test("a server that holds anything of others is refused, by name", async () => {
  await admin.query("CREATE DATABASE shop");
  const refused = createThrowawayDatabase(server.target, { name: "app" });
  await expect(refused).rejects.toMatchObject({
    id: "postgres.throwaway_not_empty",
    message: expect.stringContaining("database shop"),
  });
  await admin.query("DROP DATABASE shop");
  await admin.query("CREATE TABLE public.orders ()");
  await expect(createThrowawayDatabase(server.target, { name: "app" })).rejects.toThrow("table public.orders");
  await admin.query("DROP TABLE public.orders");
  expect(await names()).toEqual([]);
});

test("the source's own server is refused before anything is made there; another one is accepted", async () => {
  await using source = await connect(withDatabase(server.target, "_supabase"), { readOnly: true });
  await expect(createThrowawayDatabase(server.target, { name: "app", source })).rejects.toMatchObject({
    id: "postgres.throwaway_is_source",
  });
  expect(await names()).toEqual([]);
  await using unknown = await createThrowawayDatabase(server.target, { name: "app", source: null });
  expect(unknown.notProduction).toBe("marker");
});

test("leftovers of dead owners are swept, also unmarked ones; those of living owners are not", async () => {
  await using living = await createThrowawayDatabase(server.target, { name: "living" });
  const left = throwawayName(Buffer.from("00ff00ff00ff00ff", "hex"), "left");
  const negative = throwawayName(Buffer.from("ffff00ff00ff00ff", "hex"), "left");
  await admin.query(`CREATE DATABASE ${left}`);
  await admin.query(`CREATE DATABASE ${negative}`);
  expect(await sweepThrowaways(server.target)).toEqual([left, negative]);
  expect(await names()).toEqual([living.target.database]);
});

const owner = (target: Target) => `
  import { createThrowawayDatabase } from "${join(import.meta.dirname, "throwaway-database.ts")}";
  const throwaway = await createThrowawayDatabase(${JSON.stringify(target)}, { name: "killed" });
  process.stdout.write(throwaway.target.database + "\\n");
  setInterval(() => {}, 1000);`;

test("it is dropped when its owner is killed", async () => {
  await using process = mortal(owner(server.target));
  const name = await process.line();
  expect(await names()).toEqual([name]);
  await process.kill("SIGKILL");
  await until(async () => (await names()).length === 0);
});

test("it is dropped when its owner is killed while the server still makes it", async () => {
  await using process = mortal(owner(server.target));
  await until(
    async () =>
      (
        await admin.query(
          "SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE DATABASE%' AND pid <> pg_backend_pid()",
        )
      ).length > 0,
  );
  await process.kill("SIGKILL");
  await until(
    async () =>
      (await names()).length === 0 &&
      (
        await admin.query(
          "SELECT FROM pg_stat_activity WHERE application_name LIKE 'ithaca%' AND pid <> pg_backend_pid()",
        )
      ).length === 0,
  );
});

test("on a private cluster the copy bears the source's name, even where that is postgres", async () => {
  const cluster = await startCluster();
  const copy = await createThrowawayDatabase(cluster.target, { name: "postgres", cluster });
  expect(copy).toMatchObject({ kind: "cluster", notProduction: "own-cluster", isolation: cluster.isolation });
  expect(copy.target.database).toBe("postgres");
  expect(await copy.destroy()).toBe(true);
  await expect(connect(cluster.target, { readOnly: true })).rejects.toMatchObject({ id: "postgres.unreachable" });
});
