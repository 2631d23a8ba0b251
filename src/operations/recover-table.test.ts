import { mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBackup, testBackup } from "../../test/support/backup.ts";
import {
  type TemplateDatabase,
  type TestDatabase,
  templateDatabase,
  testDatabase,
} from "../../test/support/database.ts";
import { resticServer } from "../../test/support/restic-server.ts";
import { differingTables, stateOf } from "../../test/support/table-recovery.ts";
import { remoteVault, type TestVault, testVault, vaultPassword } from "../../test/support/vault.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { urlWithPassword } from "../postgres/target.ts";
import type { UseCaseContext } from "./context.ts";
import { fixtureChildId, loadInnerOdyssey } from "./load-fixture.ts";
import { recoverTable } from "./recover-table.ts";

let odyssey: TemplateDatabase;
let then: TestDatabase;
let backup: TestBackup;
let vault: TestVault;
let scratch: Scratch;
let server: Awaited<ReturnType<typeof resticServer>>;
let served = 0;

beforeAll(async () => {
  odyssey = await templateDatabase((session) =>
    loadInnerOdyssey(session.target, { families: 10, now: new Date("2026-11-22T02:00:00Z") }),
  );
  then = await testDatabase(odyssey.name);
  // A table that nobody asks for, and which would be dear to fetch.
  await then.session.query(
    "CREATE TABLE public.large AS SELECT i, md5(i::text) || md5(random()::text) AS noise FROM generate_series(1, 100000) AS i",
  );
  // A template must have no other session.
  await then.session[Symbol.asyncDispose]();
  backup = await testBackup(then.target);
  vault = await testVault();
  scratch = await scratchDirectory("recover-table-test");
  server = await resticServer(vault.repository, {
    onServed: (path, bytes) => {
      if (path.startsWith("/data/")) served += bytes;
    },
  });
  await remoteVault(server.url).save(backup.directory, backup.manifest);
});
afterAll(async () => {
  for (const one of [server, scratch, vault, backup, then, odyssey]) await one[Symbol.asyncDispose]();
});

/** A production after a disaster, and a person's machine with a plan. */
async function site(disaster: string) {
  const production = await testDatabase(then.target.database);
  await production.session.query(disaster);
  const directory = join(scratch.path, production.target.database);
  await mkdir(directory);
  await writeFile(join(directory, "ithaca.yaml"), "version: 1\ndatabases:\n  test:\n    recovery: {watch: 1s}\n");
  const context: UseCaseContext = {
    environment: {
      PATH: process.env.PATH,
      HOME: directory,
      RESTIC_REPOSITORY: server.url,
      RESTIC_PASSWORD: vaultPassword,
      ITHACA_DATABASE_URL: urlWithPassword(production.target),
      ITHACA_RECOVERY_URL: urlWithPassword(production.target),
    },
    clock: systemClock,
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: directory,
  };
  return { production, context, directory, [Symbol.asyncDispose]: () => production[Symbol.asyncDispose]() };
}

const options = { plan: "ithaca.yaml", table: "public.children", mode: "missing-rows" } as const;
const child = fixtureChildId(1, 0);
const lost = `DELETE FROM public.children WHERE id = '${child}'`;
test("a plan reads the table's own file and the metadata, and changes nothing; confirmed, all is done and recorded", async () => {
  await using here = await site(lost);
  const { production, context, directory } = here;
  const disaster = await stateOf(production.session);
  served = 0;
  const plan = await recoverTable(context, options);
  const own = backup.manifest.files.filter(({ path }) => !path.startsWith("dump/") || path === "dump/toc.dat");
  const metadata = own.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(backup.manifest.sizes.dump_bytes).toBeGreaterThan(5_000_000);
  expect(plan.incident.preview?.details[0]?.lines[0]).toMatch(
    /^\d+ bytes of the table's own files and \d+ bytes of the backup's metadata/,
  );
  // What restic itself reads, its own directories and the packing included: the table and the metadata, and no other table.
  expect(served).toBeLessThan(metadata + 100_000);
  expect(plan).toMatchObject({ verdict: "proven", obstacles: [], file: null });
  expect(plan.incident.preview?.summary).toMatch(/^public.children from backup .*: 1 row into public.children$/);
  expect(await stateOf(production.session)).toEqual(disaster);
  // Nothing but the plan itself, with which an execution is compared.
  const shown = [".ithaca", ".ithaca/previews", `.ithaca/previews/${plan.incident.id}.json`];
  expect((await readdir(directory, { recursive: true })).sort()).toEqual([...shown, "ithaca.yaml"]);

  const again = { ...options, withDependants: true, execute: true, reason: "a test" };
  await expect(recoverTable(context, { ...again, confirm: "tset" })).rejects.toMatchObject({
    id: "recovery.not_confirmed",
  });
  const done = await recoverTable(context, { ...again, confirm: "test", backup: backup.manifest.id });
  expect(done.incident.remarks).toEqual(expect.arrayContaining(["1 row into public.children"]));
  expect(done).toMatchObject({ verdict: "proven", incident: { state: { outcome: "recovered" } } });
  expect(done.incident.verification?.checks.length).toBeGreaterThan(3);
  const log = "public.security_access_log";
  const before = await testDatabase(odyssey.name);
  await using _before = before;
  expect(differingTables(await stateOf(before.session), await stateOf(production.session)).sort()).toEqual([
    "public.large",
    log,
  ]);
  const [undo = ""] = await readdir(join(directory, ".ithaca", "undo"));
  expect((await stat(join(directory, ".ithaca", "undo", undo))).mode & 0o777).toBe(0o600);
  // Names, counts and keys, and nothing that a family wrote.
  const [name] = await before.session.query<{ name: string }>(`SELECT name FROM public.children WHERE id = '${child}'`);
  expect(await readFile(join(directory, done.file ?? ""), "utf8")).not.toContain(`"${name?.name}"`);
});

test("another database's backup, a table that is not in it, a file that was cut off, no credential to write: refused", async () => {
  await using here = await site(lost);
  const { context, directory, production } = here;
  const disaster = await stateOf(production.session);
  const from = (archive: string, more: object = {}) => recoverTable(context, { ...options, archive, ...more });
  await production.session.query("CREATE TABLE public.younger (id int PRIMARY KEY)");
  await expect(from(backup.directory, { table: "public.younger" })).rejects.toMatchObject({
    id: "table.not_in_backup",
  });
  await production.session.query("DROP TABLE public.younger");
  await writeFile(join(directory, "other.yaml"), "version: 1\ndatabases: {other: {}}\n");
  await expect(from(backup.directory, { plan: "other.yaml" })).rejects.toMatchObject({ id: "run.other_database" });
  const { ITHACA_RECOVERY_URL: _, ...reading } = context.environment;
  await expect(
    recoverTable({ ...context, environment: reading }, { ...options, archive: backup.directory }),
  ).rejects.toMatchObject({
    id: "recovery.no_writing_credential",
  });
  // What no credential would mend is told before the one that is missing.
  for (const [more, id] of [
    [{ table: "public.nothing" }, "table.no_table"],
    [{ keepNewer: "updated_at=2026-11-22T14:40:00Z" }, "table.bad_decision"],
  ] as const) {
    const wrong = recoverTable({ ...context, environment: reading }, { ...options, ...more });
    await expect(wrong).rejects.toMatchObject({ id });
  }
  const entry = (await remoteVault(server.url).list("test")).entries[0];
  if (entry === undefined) throw new Error("the vault is empty");
  const copy = join(scratch.path, "cut");
  await remoteVault(server.url).fetch(entry, copy);
  for (const { path } of backup.manifest.files.filter(
    (file) => file.path.endsWith(".dat") && file.path !== "dump/toc.dat",
  )) {
    await truncate(join(copy, path), 3);
  }
  expect(await from(copy)).toMatchObject({
    verdict: "failed",
    reason: expect.stringMatching(/is not as it was written: its file dump/),
  });
  expect(await stateOf(production.session)).toEqual(disaster);
});

test("rows come from a database in which a point in time was restored", async () => {
  await using here = await site(lost);
  const { context, production } = here;
  await using restored = await testDatabase(odyssey.name);
  const environment = { ...context.environment, RESTORED_URL: urlWithPassword(restored.target) };
  const result = await recoverTable(
    { ...context, environment },
    { ...options, from: "RESTORED_URL", at: "2026-11-22T14:29:59Z", withDependants: true },
  );
  expect(result.incident.restore_point).toEqual({ backup: null, at: "2026-11-22T14:29:59.000Z" });
  expect(result.incident.preview?.summary).toMatch(/1 row into public.children/);
  expect((await production.session.query(`SELECT FROM public.children WHERE id = '${child}'`)).length).toBe(0);
});
