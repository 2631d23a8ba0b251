import { expect, test } from "vitest";
import { plainRestore } from "../../test/support/backup.ts";
import { testDatabase } from "../../test/support/database.ts";
import { dumpedBackup } from "../../test/support/dumped-backup.ts";
import { databasePlan, proofContext } from "../../test/support/proof.ts";
import { copyCensus, sourceCensus, told } from "../../test/support/role-views.ts";
import { rolesVisibility } from "../proof/checks/roles-visibility.ts";
import { loadNasty } from "./load-nasty.ts";

test("whatever names, roles and policies a database has, its faithful copy is seen as it was", async () => {
  await using nasty = await testDatabase();
  await loadNasty(nasty.target, {});
  const roles = await nasty.session.query<{ rolname: string }>(
    "SELECT rolname FROM pg_roles WHERE rolname ~* '^nasty'",
  );
  const names = roles.map(({ rolname }) => rolname);
  const plan = databasePlan({ role_views: { roles: [...names, "pg_read_all_data"] } });
  const expected = await sourceCensus(nasty.target, plan);
  expect(expected.role_views?.perspectives.map(({ role }) => role)).toEqual([...names, "pg_read_all_data"].sort());
  const sights = expected.role_views?.perspectives.flatMap((one) => Object.values(one.sights)) ?? [];
  for (const kind of ["rows", "granted"]) expect(sights.map((sight) => sight.kind)).toContain(kind);
  expect(sights.map(({ kind }) => kind)).not.toContain("unread");

  await using backup = await dumpedBackup(nasty.target);
  await using copy = await plainRestore(backup.path);
  expect(expected.role_views?.unsteady["nasty.v_foreign"]).toMatchObject({ ask: false });
  const outcome = await rolesVisibility.run(
    proofContext({ database: plan, expected, copy: await copyCensus(copy.target, plan, expected) }),
  );
  expect(told(outcome)).toEqual([]);
  expect(outcome).toMatchObject({ status: "passed" });
});
