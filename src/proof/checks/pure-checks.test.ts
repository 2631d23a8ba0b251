import { expect, test } from "vitest";
import { census, databasePlan, proofContext, table, takenAt } from "../../../test/support/proof.ts";
import { backupDigest } from "./backup-digest.ts";
import { isolationThrowaway } from "./isolation-throwaway.ts";
import { largeObjectsEquality } from "./large-objects-equality.ts";
import { objectiveRpo, objectiveRto, spell } from "./objectives.ts";
import { planFreshness } from "./plan-freshness.ts";
import { planRecordCounts } from "./plan-record-counts.ts";
import { restoreErrors } from "./restore-errors.ts";

/* Checks that compare what the context holds: each passes, each fails, each can be unable to say. */

test("backup.digest: files and digest as recorded pass", async () => {
  const outcome = await backupDigest.run(proofContext());
  expect(outcome.status).toBe("passed");
  expect(outcome.notCovered).toEqual([]);
});

test("backup.digest: a changed file, or a manifest that is not the recorded one, fails", async () => {
  const problem = { path: "dump/12.dat", expected: "1024 bytes", actual: "1000 bytes" };
  const file = await backupDigest.run(proofContext({ archiveProblems: [problem] }));
  expect(file).toMatchObject({ status: "failed", findings: [{ object: "dump/12.dat", actual: "1000 bytes" }] });
  const manifest = await backupDigest.run(proofContext({ recordedDigest: "ef".repeat(32) }));
  expect(manifest).toMatchObject({ status: "failed", findings: [{ object: "backup.json", attribute: "digest" }] });
});

test("backup.digest: without a record outside the vault the files pass, and the report says what is missing", async () => {
  const outcome = await backupDigest.run(proofContext({ recordedDigest: null }));
  expect(outcome.status).toBe("passed");
  expect(outcome.notCovered).toHaveLength(1);
});

test("restore.errors: none, and allowed ones, pass; one that nobody allows fails", async () => {
  expect((await restoreErrors.run(proofContext())).status).toBe("passed");
  const allowed = { message: "schema public exists", object: "SCHEMA public", allowed_by: "public exists already" };
  expect((await restoreErrors.run(proofContext({ restoreErrors: [allowed] }))).status).toBe("passed");
  const open = { message: "relation x does not exist", object: "", allowed_by: null };
  const outcome = await restoreErrors.run(proofContext({ restoreErrors: [allowed, open] }));
  expect(outcome).toMatchObject({ status: "failed", findings: [{ object: "restore", actual: open.message }] });
});

test("large_objects.equality: equal ones pass, a lost or changed one fails", async () => {
  const some = census({ large_objects: { count: 3, hash: "1:2" } });
  expect((await largeObjectsEquality.run(proofContext({ expected: some, copy: some }))).status).toBe("passed");
  const fewer = census({ large_objects: { count: 2, hash: "1:1" } });
  expect(await largeObjectsEquality.run(proofContext({ expected: some, copy: fewer }))).toMatchObject({
    status: "failed",
    findings: [{ attribute: "count", expected: "3", actual: "2" }],
  });
  const changed = census({ large_objects: { count: 3, hash: "1:3" } });
  expect(await largeObjectsEquality.run(proofContext({ expected: some, copy: changed }))).toMatchObject({
    status: "failed",
    findings: [{ attribute: "content" }],
  });
  const none = census({ large_objects: null });
  expect((await largeObjectsEquality.run(proofContext({ expected: some, copy: none }))).status).toBe("failed");
});

test("large_objects.equality: a source that was not counted cannot vouch for the copy's", async () => {
  const unknown = census({ large_objects: null });
  const some = census({ large_objects: { count: 1, hash: "1:1" } });
  expect((await largeObjectsEquality.run(proofContext({ expected: unknown, copy: some }))).status).toBe("not_run");
  expect((await largeObjectsEquality.run(proofContext({ expected: unknown }))).status).toBe("not_applicable");
});

test("plan.record_counts: counts of critical tables stand in the report, and a difference fails", async () => {
  const database = databasePlan({ critical_tables: ["public.children", "public.user"] });
  const expected = census({ tables: { "public.children": table(1024), 'public."user"': table(5) } });
  const same = await planRecordCounts.run(proofContext({ database, expected, copy: expected }));
  expect(same).toMatchObject({ status: "passed", actual: "public.children: 1,024, public.user: 5" });
  const copy = census({ tables: { "public.children": table(1023) } });
  const outcome = await planRecordCounts.run(proofContext({ database, expected, copy }));
  expect(outcome.status).toBe("failed");
  expect(outcome.findings).toEqual([
    { object: "public.children", attribute: "rows", expected: "1024", actual: "1023" },
    { object: "public.user", attribute: "rows", expected: "5", actual: "missing" },
  ]);
});

test("plan.record_counts: a critical table that is not in the backup fails, a plan without any is not covered", async () => {
  const database = databasePlan({ critical_tables: ["public.children"] });
  expect((await planRecordCounts.run(proofContext({ database }))).status).toBe("failed");
  expect((await planRecordCounts.run(proofContext())).status).toBe("not_applicable");
});

function freshness(newest: string | null, more: { rows?: number; users?: number; copyNewest?: string | null } = {}) {
  const database = databasePlan({
    freshness: [{ table: "public.reports", column: "created_at", within: "48h" }],
    smoke: { table: "public.profiles" },
  });
  const reading = (value: string | null) => [{ table: "public.reports", column: "created_at", newest: value }];
  const tables = { "public.reports": table(more.rows ?? 1), "public.profiles": table(more.users ?? 1) };
  const expected = census({ tables, freshness: reading(newest) });
  const copyNewest = more.copyNewest === undefined ? newest : more.copyNewest;
  return planFreshness.run(
    proofContext({ database, expected, copy: census({ tables, freshness: reading(copyNewest) }) }),
  );
}

test("plan.freshness: ages are counted to the snapshot, up to the limit and not beyond", async () => {
  expect(await freshness("2026-11-20T02:00:00.000Z")).toMatchObject({ status: "passed" });
  expect(await freshness("2026-11-20T01:59:59.000Z")).toMatchObject({
    status: "failed",
    findings: [{ object: "public.reports", attribute: "created_at" }],
  });
  expect(await freshness(takenAt)).toMatchObject({ status: "passed" });
});

test("plan.freshness: a value far ahead, or another one on the copy, is no sign of life", async () => {
  expect((await freshness("2026-11-22T02:00:10.000Z")).status).toBe("passed");
  expect((await freshness("2027-11-22T02:00:00.000Z")).status).toBe("failed");
  expect((await freshness(takenAt, { copyNewest: null })).status).toBe("failed");
});

test("plan.freshness: an empty table fails where the application has users, and is not covered where it has none", async () => {
  expect((await freshness(null, { rows: 0, users: 3 })).status).toBe("failed");
  const empty = await freshness(null, { rows: 0, users: 0 });
  expect(empty.status).toBe("passed");
  expect(empty.notCovered).toHaveLength(1);
});

test("plan.freshness: a probed table that is not in the backup fails, a plan without probes is not covered", async () => {
  const database = databasePlan({ freshness: [{ table: "public.gone", column: "at", within: "1h" }] });
  expect((await planFreshness.run(proofContext({ database }))).status).toBe("failed");
  expect((await planFreshness.run(proofContext())).status).toBe("not_applicable");
});

test("objectives: kept, missed, and not measurable", async () => {
  expect(await objectiveRto.run(proofContext())).toMatchObject({ status: "passed", actual: "1 min" });
  const slow = proofContext({ measured: { rtoSeconds: 4 * 3600 + 1, rpoSeconds: 25 * 3600 } });
  expect(await objectiveRto.run(slow)).toMatchObject({ status: "failed", actual: "4 h 1 s" });
  expect(await objectiveRpo.run(slow)).toMatchObject({ status: "failed", actual: "1 d 1 h" });
  const early = proofContext({ measured: { rtoSeconds: 60, rpoSeconds: -90_061 } });
  expect(await objectiveRpo.run(early)).toMatchObject({ status: "failed", actual: "taken 1 d 1 h in the future" });
  const unknown = proofContext({ measured: { rtoSeconds: null, rpoSeconds: null } });
  expect((await objectiveRto.run(unknown)).status).toBe("not_applicable");
  expect((await objectiveRpo.run(unknown)).status).toBe("not_applicable");
  expect([spell(0), spell(59.6), spell(90_061)]).toEqual(["0 s", "1 min", "1 d 1 h"]);
});

test("isolation.throwaway: a target that nobody could tell from production is never a pass", async () => {
  expect((await isolationThrowaway.run(proofContext())).status).toBe("passed");
  const isolation = { osUser: null, networkless: false };
  const unknown = proofContext({ throwaway: { kind: "service", isolation, notProduction: "none" } });
  expect((await isolationThrowaway.run(unknown)).status).toBe("not_run");
});
