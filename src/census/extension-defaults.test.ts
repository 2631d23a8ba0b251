import { expect, test } from "vitest";
import { plainRestore, testBackup } from "../../test/support/backup.ts";
import { testDatabase } from "../../test/support/database.ts";
import { databasePlan } from "../../test/support/proof.ts";
import { copyCensus } from "../../test/support/role-views.ts";
import { compareInventories } from "./compare-inventory.ts";

test("an extension that is older on the source than on the copy is told, and a copy that is older is found", async () => {
  await using source = await testDatabase();
  await source.session.query("CREATE EXTENSION pg_stat_statements SCHEMA public VERSION '1.9'");
  await using backup = await testBackup(source.target);
  await using copy = await plainRestore(backup.directory);
  const versions = { expectedVersion: copy.session.versionNum, actualVersion: copy.session.versionNum };
  const restored = await copyCensus(copy.target, databasePlan(), backup.census);
  const told = compareInventories(backup.census.inventory, restored.inventory, versions);
  expect(told.differences).toEqual([]);
  expect(told.notCovered).toContainEqual({
    what: "extension pg_stat_statements, version",
    why: expect.stringContaining("`ALTER EXTENSION pg_stat_statements UPDATE`"),
  });

  await using newer = await testBackup(copy.target);
  const { inventory } = await copyCensus(source.target, databasePlan(), newer.census);
  expect(compareInventories(newer.census.inventory, inventory, versions).differences).toMatchObject([
    { kind: "extension", object: "pg_stat_statements", attribute: "version", expected: "1.10", actual: "1.9" },
  ]);
});
