import { afterAll, beforeAll, expect, test } from "vitest";
import { startCluster } from "./cluster.ts";
import { connect } from "./connect.ts";
import { adoptInitialDatabase } from "./initial-database.ts";
import { withDatabase } from "./target.ts";
import { createThrowawayDatabase } from "./throwaway-database.ts";
import type { Throwaway } from "./types.ts";

let cluster: Throwaway;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

test.each([
  { name: "postgres", collate: "C.UTF-8", from: "initdb's database" },
  { name: "shop", collate: "C.UTF-8", from: "initdb's database" },
  { name: "postgres", collate: "C", from: "template0" },
])("a private cluster that is for one copy holds nothing beside $name, made of $from", async ({
  name,
  collate,
  from,
}) => {
  await using own = await startCluster();
  const locale = { encoding: "UTF8", collate, ctype: collate, localeProvider: "libc" };
  const copy = await createThrowawayDatabase(own.target, { name, ...locale, cluster: own, alone: true });
  expect(copy.notCovered).toEqual([]);
  await using session = await connect(copy.target, { readOnly: true });
  const all = await session.query("SELECT datname AS name FROM pg_database ORDER BY 1");
  expect(all).toEqual([name, "template1"].map((one) => ({ name: one })));
  const [made] = await session.query(`
    SELECT datcollate AS collate, datctype AS ctype, pg_encoding_to_char(encoding) AS encoding, datlocprovider AS provider,
      shobj_description(oid, 'pg_database') AS comment, datacl AS privileges, oid < 16384 AS initial
    FROM pg_database WHERE datname = current_database()`);
  const ofInitdb = from !== "template0";
  const alike = { collate, ctype: collate, encoding: "UTF8", provider: "c", comment: null, privileges: null };
  expect(made).toEqual({ ...alike, initial: ofInitdb });
});

test.each([
  { encoding: "SQL_ASCII", collate: "C.UTF-8", ctype: "C.UTF-8", localeProvider: "libc" },
  { encoding: "UTF8", collate: "C", ctype: "C.UTF-8", localeProvider: "libc" },
  { encoding: "UTF8", collate: "C.UTF-8", ctype: "C", localeProvider: "libc" },
  { encoding: "UTF8", collate: "C.UTF-8", ctype: "C.UTF-8", localeProvider: "icu", icuLocale: "en-US" },
])("initdb's database is no copy's that has %o", async (locale) => {
  await using admin = await connect(withDatabase(cluster.target, "template1"), { readOnly: false });
  expect(await adoptInitialDatabase(admin, "shop", locale)).toBe(false);
  expect(await admin.query("SELECT FROM pg_database WHERE datname = 'postgres'")).toHaveLength(1);
});

test("what initdb's database holds is what template0 holds", async () => {
  await using admin = await connect(withDatabase(cluster.target, "template1"), { readOnly: false });
  await admin.query("CREATE DATABASE pristine TEMPLATE template0");
  const contents = async (database: string) => {
    await using session = await connect(withDatabase(cluster.target, database), { readOnly: true });
    const catalogs = await session.query<{ name: string }>(
      `SELECT oid::regclass::text AS name FROM pg_class
       WHERE relkind = 'r' AND relnamespace = 'pg_catalog'::regnamespace AND NOT relisshared ORDER BY 1`,
    );
    // How full the table of databases was when it was last vacuumed is no content.
    const rows = catalogs.map(
      ({ name }) =>
        `SELECT '${name}' AS name, count(*), sum(hashtext((to_jsonb(r) - $1::text[])::text)) FROM ${name} AS r`,
    );
    return await session.query(rows.join(" UNION ALL "), [["reltuples", "relpages", "relfrozenxid"]]);
  };
  expect(await contents("postgres")).toEqual(await contents("pristine"));
});
