import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { dumpedBackup, restoreDumped } from "../../test/support/dumped-backup.ts";
import { withDatabase } from "../postgres/target.ts";

test.each([
  ["a table", "CREATE TABLE public.t (a int)", /relation (public\.)?t/],
  ["a function", "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", /function/],
  ["default privileges", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC", /default privileges of postgres/],
  ["a grant on public", "GRANT CREATE ON SCHEMA public TO PUBLIC", /other grants on schema public/],
  ["a large object", "SELECT lo_create(0)", /large object/],
  ["an extension", "CREATE EXTENSION hstore SCHEMA public", /cast/],
])("a database with %s is not empty and is refused", async (_, sql, found) => {
  await using copy = await testDatabase();
  await copy.session.query(sql);
  const restored = restoreDumped({ path: "/nonexistent" }, copy.target);
  await expect(restored).rejects.toMatchObject({ id: "restore.not_empty", kind: "input" });
  await expect(restored).rejects.toThrow(found);
});

test("a user without superuser rights is refused", async () => {
  await using source = await testDatabase();
  await using backup = await dumpedBackup(source.target);
  const user = `plain_${source.target.database}`;
  await source.session.query(`CREATE ROLE ${user} LOGIN`);
  const restored = restoreDumped(backup, { ...source.target, user });
  await expect(restored).rejects.toMatchObject({ id: "restore.not_superuser", exitCode: 3 });
  await source.session.query(`DROP ROLE ${user}`);
});

test("a host that does not answer is a fault of the surroundings", async () => {
  await using source = await testDatabase();
  await using backup = await dumpedBackup(source.target);
  const nowhere = withDatabase(source.target, "no such database");
  await expect(restoreDumped(backup, nowhere)).rejects.toMatchObject({ kind: "surroundings" });
});

test("a restore that is told to stop stops", async () => {
  await using source = await testDatabase();
  await using backup = await dumpedBackup(source.target);
  await using copy = await testDatabase();
  const stop = new AbortController();
  stop.abort(new Error("stopped by a test"));
  await expect(restoreDumped(backup, copy.target, { signal: stop.signal })).rejects.toThrow("stopped by a test");
});
