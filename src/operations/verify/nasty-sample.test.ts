import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBackup, testBackup } from "../../../test/support/backup.ts";
import { testDatabase } from "../../../test/support/database.ts";
import { databasePlan } from "../../../test/support/proof.ts";
import { systemClock } from "../../base/clock.ts";
import { silentProgress } from "../../base/progress.ts";
import { compareInventories } from "../../census/compare-inventory.ts";
import { takeCopyCensus } from "../../census/copy-census.ts";
import { parseQualified } from "../../proof/names.ts";
import { readArchive } from "../../restore/archive.ts";
import { restoreBackup } from "../../restore/restore-backup.ts";
import { rowsByTable } from "../../restore/sample-stages.ts";
import { loadInnerOdyssey } from "../load-fixture.ts";
import { loadNasty } from "../load-nasty.ts";

/** Whether a table's rows are in the sample with this number. */
const drawn = (sample: number, key: string) =>
  createHash("md5").update(`${sample}${key}`).digest().readUInt8() % 2 === 0;

/** Restores about half of the tables, and compares every definition and the rows of these tables. */
async function tryHalf(backup: TestBackup, sample: number) {
  await using copy = await testDatabase();
  const { entries } = await readArchive(`${backup.directory}/dump`);
  const tables = [...rowsByTable(entries)].filter(([key]) => drawn(sample, key));
  const ids = new Set(tables.flatMap(([, data]) => data.map(({ dumpId }) => dumpId)));
  const others = new Set(entries.filter(({ dumpId }) => !ids.has(dumpId)).map(({ dumpId }) => dumpId));
  const { manifest, census, directory } = backup;
  const shared = { database: databasePlan(), progress: silentProgress };
  const restored = await restoreBackup({
    ...shared,
    directory,
    manifest,
    census,
    target: copy.target,
    jobs: 2,
    // For the other half there is no time after all.
    sample: { waves: [ids, others], goOn: () => false },
    clock: systemClock,
    signal: new AbortController().signal,
  });
  const { role_views: _, ...expected } = census;
  const scope = { ...manifest.scope, leftOut: [] };
  const found = await takeCopyCensus({ ...shared, target: copy.target, scope, expected, workers: 2 });
  const { differences } = compareInventories(census.inventory, found.inventory, {
    expectedVersion: census.server_version_num,
    actualVersion: found.server_version_num,
    skippedExtensions: restored.skipped.filter(({ kind }) => kind === "extension").map(({ object }) => object),
  });
  const keyOf = (name: string) => {
    const { schema, name: table } = parseQualified(name);
    return JSON.stringify([schema, table]);
  };
  const wrong = Object.entries(census.tables)
    .filter(([name, { hash }]) => drawn(sample, keyOf(name)) && found.tables[name]?.hash !== hash)
    .filter(([, { kind }]) => kind === "table" || kind === "partitioned")
    .map(([name]) => name);
  const filled = Object.entries(found.tables).filter(([, { rows, kind }]) => rows > 0 && kind === "table").length;
  return { errors: restored.errors.filter(({ allowed_by }) => allowed_by === null), differences, wrong, filled };
}

const sources = new AsyncDisposableStack();
const backups = new Map<string, TestBackup>();

// Roles belong to the server: both databases are filled before either is looked at.
beforeAll(async () => {
  const nasty = sources.use(await testDatabase());
  const odyssey = sources.use(await testDatabase());
  await loadNasty(nasty.target);
  await loadInnerOdyssey(odyssey.target, { families: 10, now: new Date("2026-11-22T02:00:00Z") });
  backups.set("the nastiest objects", sources.use(await testBackup(nasty.target)));
  backups.set("an application of 50 tables", sources.use(await testBackup(odyssey.target)));
}, 60_000);
afterAll(() => sources.disposeAsync());

test.each([
  ["the nastiest objects", 1],
  ["an application of 50 tables", 2],
])("%s: with the rows of half of the tables every definition comes to be as it was", async (name, sample) => {
  const backup = backups.get(name);
  if (backup === undefined) throw new Error("no backup");
  const { filled, ...found } = await tryHalf(backup, sample);
  expect(found).toEqual({ errors: [], differences: [], wrong: [] });
  expect(filled).toBeGreaterThan(5);
});
