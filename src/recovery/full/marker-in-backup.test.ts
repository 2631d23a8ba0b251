import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBackup, testBackup } from "../../../test/support/backup.ts";
import {
  ask,
  type TemplateDatabase,
  type TestDatabase,
  templateDatabase,
  testDatabase,
} from "../../../test/support/database.ts";
import { dumpedBackup, restoreDumped } from "../../../test/support/dumped-backup.ts";
import { databasePlan } from "../../../test/support/proof.ts";
import { drive, dropBeside, fullRecovery, newIncident } from "../../../test/support/recovery.ts";
import { silentProgress } from "../../base/progress.ts";
import { readCensusFile, writeCensus } from "../../census/census-file.ts";
import { takeCopyCensus } from "../../census/copy-census.ts";
import { wholeScope } from "../../census/scope.ts";
import type { Target } from "../../postgres/types.ts";
import { markerSchema, readMarker, removeMarker, writeMarker } from "../marker.ts";
import { inPlace } from "./in-place.ts";
import { intoNew } from "./into-new.ts";
import { sideBySide } from "./side-by-side.ts";

let template: TemplateDatabase;
beforeAll(async () => {
  template = await templateDatabase((session) =>
    session.query(`CREATE TABLE public.orders (id int PRIMARY KEY);
      INSERT INTO public.orders SELECT generate_series(1, 20)`),
  );
});
afterAll(() => template[Symbol.asyncDispose]());

/** A database in which a recovery has left its marker, and what a recovery in place adds to it. */
async function marked(): Promise<TestDatabase> {
  const database = await testDatabase(template.name);
  await writeMarker(database.target, newIncident({ kind: "full", mode: "in-place", request: {} }));
  await database.session.query(`CREATE TABLE ${markerSchema}.done (id text PRIMARY KEY)`);
  return database;
}

/** Its backup as earlier versions took it: dump and census hold the marker. */
async function oldBackup({ target }: TestDatabase): Promise<TestBackup> {
  const backup = await testBackup(target);
  await using dumped = await dumpedBackup(target);
  await rm(join(backup.directory, "dump"), { recursive: true });
  await cp(dumped.file(""), join(backup.directory, "dump"), { recursive: true });
  const census = await takeCopyCensus({
    target,
    scope: wholeScope,
    database: databasePlan(),
    expected: backup.census,
    workers: 1,
    progress: silentProgress,
  });
  expect(Object.keys(census.tables)).toContain("ithaca_recovery.incident");
  const path = join(backup.directory, "census.json");
  await writeCensus(census, path);
  const { excludedSchemas: _, ...scope } = backup.manifest.scope;
  const manifest = { ...backup.manifest, scope: { ...scope, excludedSchemas: [] } };
  return { ...backup, manifest, census: await readCensusFile(path) };
}

async function orders(target: Target): Promise<unknown> {
  return await ask(target, (session) =>
    session.query(`SELECT count(*)::int AS n, to_regnamespace('${markerSchema}')::text AS marker FROM public.orders`),
  );
}
const whole = [{ n: 20, marker: null }];

test("a backup that is taken during a recovery holds nothing of its marker, and says nothing of it", async () => {
  await using database = await marked();
  await using backup = await testBackup(database.target);
  expect(backup.manifest.left_out).toEqual([]);
  expect(Object.keys(backup.census.tables)).toEqual(["public.orders"]);
  expect(JSON.stringify(backup.census.inventory)).not.toContain(markerSchema);
  await using copy = await testDatabase();
  expect(await restoreDumped({ path: backup.directory }, copy.target)).toMatchObject({ errors: [], skipped: [] });
  expect(await orders(copy.target)).toEqual(whole);
  const toc = await readFile(join(backup.directory, "dump", "toc.dat"), "latin1");
  expect(toc).not.toContain(markerSchema);
});

test("a backup that holds a marker is put back in place without it", async () => {
  await using database = await marked();
  await using backup = await oldBackup(database);
  await removeMarker(database.target);
  await database.session.query("DELETE FROM public.orders WHERE id > 5");
  const { incident, fault } = await drive(database.target, inPlace(fullRecovery(database.target, backup)));
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  expect(await orders(database.target)).toEqual(whole);
});

test("a backup that holds a marker is restored beside production and into a new database without it", async () => {
  await using database = await marked();
  const { target } = database;
  await using backup = await oldBackup(database);
  await removeMarker(target);
  await database.session[Symbol.asyncDispose]();
  const method = sideBySide(fullRecovery(target, backup));
  const beside = await drive(target, method);
  expect(beside.fault).toBeNull();
  expect(beside.incident.state.outcome).toBe("recovered");
  expect(await orders(target)).toEqual(whole);
  await dropBeside(target);

  await using fresh = await testDatabase();
  const anew = await drive(fresh.target, intoNew(fullRecovery(fresh.target, backup, {}, { source: target })));
  expect(anew.fault).toBeNull();
  expect(anew.incident.state.outcome).toBe("recovered");
  expect(await orders(fresh.target)).toEqual(whole);
  expect(await readMarker(fresh.target)).toBeNull();
});
