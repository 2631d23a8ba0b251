import { beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { databasePlan, proofContext } from "../../test/support/proof.ts";
import { silentProgress } from "../base/progress.ts";
import { takeCopyCensus } from "../census/copy-census.ts";
import { listRelations } from "../census/relations.ts";
import { readCensus } from "../census/read-census.ts";
import type { Census, Perspective, Scope } from "../census/types.ts";
import { connect } from "../postgres/connect.ts";
import type { Target } from "../postgres/types.ts";
import { rolesVisibility } from "../proof/checks/roles-visibility.ts";
import { fixtureParent, fixtureStaff, loadInnerOdyssey } from "./load-fixture.ts";

const families = 30;
/** A fixture of the present: policies ask for the time. */
const plan = databasePlan({
  platform: "supabase",
  role_views: { users: { per_role: 3 }, app_roles: { table: "public.user_roles" } },
});
const scope: Scope = {
  excludedSchemas: [],
  excludedTables: [],
  excludedRows: [],
  excludedExtensions: [],
  leftOut: [],
};

/** The source's reading, without a dump around it. */
async function sourceCensus(target: Target, database = plan): Promise<Census> {
  await using session = await connect(target, { readOnly: true });
  const parts = await readCensus([session], {
    read: {},
    scope,
    database,
    relations: await listRelations(session),
    largeObjects: "forbidden",
    countOnly: new Map(),
    note: () => {},
  });
  return { format: 1, taken_at: "2026-11-22T02:00:00.000Z", server_version_num: session.versionNum, sequences: {}, ...parts };
}

let source: TestDatabase;
let expected: Census;

beforeAll(async () => {
  source = await testDatabase();
  await loadInnerOdyssey(source.target, { families, now: new Date() });
  await source.session[Symbol.asyncDispose]();
  const t = performance.now();
  expected = await sourceCensus(source.target);
  console.log("source census", performance.now() - t, JSON.stringify(expected.role_views?.perspectives.map((p) => [p.role, p.user, p.app_roles, p.seconds, Object.keys(p.sights).length])));
  console.log(JSON.stringify(expected.role_views?.unsteady), expected.not_covered);
  console.log(JSON.stringify(expected.role_views?.perspectives[3], null, 1));
  return () => source[Symbol.asyncDispose]();
});

test("x", async () => {
  await using copy = await testDatabase(source.target.database);
  const c = await takeCopyCensus({ target: copy.target, scope, database: plan, expected, workers: 2, progress: silentProgress });
  const out = await rolesVisibility.run(proofContext({ database: plan, expected, copy: c }));
  console.log(JSON.stringify(out, null, 1));
});
