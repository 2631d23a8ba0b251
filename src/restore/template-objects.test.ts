import { expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { dumpedBackup, restoreDumped } from "../../test/support/dumped-backup.ts";
import { census, databasePlan, manifest } from "../../test/support/proof.ts";
import { silentProgress } from "../base/progress.ts";
import { takeCopyCensus } from "../census/copy-census.ts";
import { wholeScope } from "../census/scope.ts";
import type { Census, Scope } from "../census/types.ts";

function takeCensus({ target }: TestDatabase, scope: Scope = wholeScope): Promise<Census> {
  const sides = { scope, database: databasePlan(), expected: census() };
  return takeCopyCensus({ target, ...sides, workers: 1, progress: silentProgress });
}

/** Restores what `sql` makes of a new database. Gives the censuses of both, and which of template0's objects the copy has. */
async function restored(
  sql: string,
  change: (taken: Census) => Pick<Partial<Census>, "inventory"> = () => ({}),
  scope: Scope = wholeScope,
) {
  await using source = await testDatabase();
  await source.session.query(sql);
  const taken = await takeCensus(source, scope);
  await using backup = await dumpedBackup(source.target);
  await using copy = await testDatabase();
  const result = await restoreDumped(backup, copy.target, {
    census: { ...taken, ...change(taken) },
    manifest: { ...manifest, scope: { ...manifest.scope, excludedSchemas: [...scope.excludedSchemas] } },
  });
  expect(result).toMatchObject({ errors: [], skipped: [] });
  const [left] = await copy.session.query<{ schema: boolean; language: boolean }>(
    `SELECT to_regnamespace('public') IS NOT NULL AS schema,
      EXISTS (SELECT FROM pg_extension WHERE extname = 'plpgsql') AS language`,
  );
  return { source: taken, copy: await takeCensus(copy, scope), left };
}

const all = { schema: true, language: true };

test.each([
  ["DROP SCHEMA public", { ...all, schema: false }],
  ["DROP EXTENSION plpgsql; CREATE SCHEMA own; CREATE TABLE own.t AS SELECT 1 AS a", { ...all, language: false }],
  ["DROP SCHEMA public; DROP EXTENSION plpgsql", { schema: false, language: false }],
  ["DROP SCHEMA public; CREATE SCHEMA public", all],
  ["SELECT 1", all],
])("what a source has dropped of template0's own is not on the copy: %s", async (sql, left) => {
  const found = await restored(sql);
  expect(found.left).toEqual(left);
  expect(found.copy.inventory).toEqual(found.source.inventory);
});

test("event triggers see nothing of it, and what they log stays as it was", async () => {
  const found = await restored(`
    DROP SCHEMA public;
    CREATE SCHEMA own;
    CREATE TABLE own.log (tag text);
    CREATE FUNCTION own.note() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO own.log VALUES (tg_tag); END';
    CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION own.note();
    ALTER EVENT TRIGGER note ENABLE ALWAYS`);
  expect(found.left).toEqual({ ...all, schema: false });
  expect(found.copy.tables["own.log"]?.rows).toBe(0);
});

test("nothing goes that the archive uses, that the backup did not look at, or of which the census does not speak", async () => {
  const uses = `CREATE FUNCTION public.f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'`;
  const lists = ["schema public", "extension plpgsql"];
  const without = ({ inventory }: Census) => ({
    inventory: inventory.filter(({ kind, name }) => !lists.includes(`${kind} ${name}`)),
  });
  expect((await restored(uses, without)).left).toEqual(all);
  const excluded = { ...wholeScope, excludedSchemas: ["public"] };
  expect((await restored("SELECT 1", undefined, excluded)).left).toEqual(all);
  expect((await restored("DROP SCHEMA public", () => ({ inventory: [] }))).left).toEqual(all);
  const unread = ({ inventory }: Census) => ({
    inventory: [...inventory, { kind: "unread", name: "schema", attributes: {} }],
  });
  expect((await restored("DROP SCHEMA public", unread)).left).toEqual(all);
});
