import { expect, test } from "vitest";
import { censusOfCopy, testBackup } from "../../test/support/backup.ts";
import { testDatabase } from "../../test/support/database.ts";

test("a light census asks no role what it may see, and says so", async () => {
  await using database = await testDatabase();
  await database.session.query(`CREATE TABLE public.t AS SELECT 1 AS a; ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;
    GRANT SELECT ON public.t TO pg_monitor`);
  const role_views = { roles: ["pg_monitor"] };
  await using asked = await testBackup(database.target, { plan: { role_views } });
  expect(asked.census.role_views?.perspectives).toHaveLength(1);
  await using backup = await testBackup(database.target, { plan: { census: { light: true }, role_views } });
  expect(backup.census.role_views).toBeUndefined();
  expect(backup.census.not_covered.map(({ what }) => what)).toContain("What each role may see");
  expect((await censusOfCopy(backup)).role_views).toBeUndefined();
});

test("what the plan counts only is counted on both sides, and excused until its day is over", async () => {
  await using database = await testDatabase();
  await database.session.query("CREATE TABLE public.t AS SELECT 1 AS a; CREATE TABLE public.u AS SELECT 1 AS a");
  const entry = { reason: "too large to hash", owner: "platform" };
  const exclude = [
    { ...entry, table: "public.t", expires: "2999-12-31" },
    { ...entry, table: "public.u", expires: "2020-12-31" },
  ];
  await using backup = await testBackup(database.target, { plan: { census: { exclude } } });
  expect(backup.census.tables).toMatchObject({
    "public.t": { rows: 1, hash: null, unhashed: { excused: true } },
    "public.u": { rows: 1, hash: null, unhashed: { excused: false } },
  });
  expect((await censusOfCopy(backup)).tables["public.t"]).toMatchObject({ rows: 1, hash: null });
});
