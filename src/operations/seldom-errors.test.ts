import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { supabasePlatform } from "../../test/support/supabase-platform/server.ts";
import { dumpRoles } from "../backup/roles-dump.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { connect } from "../postgres/connect.ts";
import type { CopySession } from "../postgres/copying.ts";
import { compareDefinitions } from "../proof/archive/definitions.ts";
import { refusal } from "../recovery/full/in-place/load.ts";
import { swapDatabases } from "../recovery/full/swap.ts";
import { holdRecoveryLock } from "../recovery/lock.ts";
import { openRepository } from "../recovery/pgbackrest/repository.ts";
import { restoreToPoint } from "../recovery/pgbackrest/restored-copy.ts";
import { readStop } from "../recovery/pgbackrest/stop.ts";
import { waitForRestore } from "../recovery/point-in-time/pitr-wait.ts";
import type { PlatformRecovery } from "../recovery/point-in-time/platform-recovery.ts";
import { faultAround } from "../recovery/surroundings.ts";
import { openTables } from "../recovery/table/open-tables.ts";
import { explain } from "../recovery/table/server-errors.ts";
import type { StepContext } from "../recovery/types.ts";
import { listArchive } from "../restore/pg-restore.ts";
import { sessionPooler } from "../supabase/connection.ts";
import { lossOf } from "../supabase/management/answers.ts";
import type { ApiRequest } from "../supabase/management/client.ts";
import { platformAccess, usualNames } from "../supabase/management/settings.ts";
import { listAudit } from "./audit.ts";
import { check } from "./check.ts";
import { readDamage } from "./copy.ts";
import { migrateTwice, type Site } from "./disaster/site.ts";
import type { PointCopy } from "./point-in-time-copy.ts";
import { prove } from "./prove.ts";
import { recoverPointInTime } from "./recover-point-in-time.ts";
import { reportsSite } from "./reports-site.ts";
import { savePoint } from "./save-point.ts";
import { loadSubject } from "./subject.ts";

/*
 * Errors that the tests of their rooms have no reason to meet, each provoked here as far as that is possible: what is said
 * about it must be true of something that happened. src/operations/error-reference.test.ts keeps the list complete.
 */

let scratch: Scratch;
let database: TestDatabase;
beforeAll(async () => {
  scratch = await scratchDirectory("seldom");
  database = await testDatabase();
  await writeFile(
    join(scratch.path, "ithaca.yaml"),
    "version: 1\ndatabases:\n  shop:\n    platform: supabase\n    managed: {}\n",
  );
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

const { signal } = new AbortController();
const context = () => ({
  environment: {},
  clock: systemClock,
  progress: silentProgress,
  signal,
  workingDirectory: scratch.path,
});
const plan = "ithaca.yaml";

/** Parts of what a function takes: those that it does not come to are left out. */
const parts = <T>(given: object): T => Object.assign(Object.create(null), given);

test("what people type", async () => {
  await expect(readDamage(context(), "nowhere.sql")).rejects.toMatchObject({ id: "run.file_missing" });
  await expect(check(context(), { plan, sample: "soon" })).rejects.toMatchObject({ id: "run.bad_duration" });
  const point = { plan, to: "2026-11-21T12:00:00Z", look: ["public.orders:1"] };
  await expect(recoverPointInTime(context(), point)).rejects.toMatchObject({ id: "point.only_platform" });
  await mkdir(join(scratch.path, "mine"));
  await writeFile(join(scratch.path, "mine", "thesis.txt"), "years of work");
  for (const out of ["mine", "mine/thesis.txt"]) {
    await expect(reportsSite(context(), { plan, out })).rejects.toMatchObject({ id: "report.not_a_site" });
  }
  expect(await readFile(join(scratch.path, "mine", "thesis.txt"), "utf8")).toBe("years of work");
  await expect(reportsSite(context(), { plan, out: "/proc/nowhere" })).rejects.toMatchObject({
    id: "report.not_written",
  });
});

test("a proof that has no vault to take a backup from stands in the log of operations", async () => {
  await expect(prove(context(), { plan })).rejects.toMatchObject({ id: "vault.not_configured" });
  const { operations } = await listAudit(context(), { plan });
  expect(operations).toContainEqual(expect.objectContaining({ operation_type: "proof", status: "inconclusive" }));
});

test("what the machine lacks, or what its programs give", async () => {
  const nowhere = join(scratch.path, "no-such-program");
  await expect(listArchive(nowhere, scratch.path, signal)).rejects.toMatchObject({ id: "restore.client_missing" });
  const repository = openRepository({ environment: {}, stanza: "shop", scratch: scratch.path });
  const { PATH } = process.env;
  process.env.PATH = scratch.path;
  const answer = repository.info();
  process.env.PATH = PATH;
  await expect(answer).rejects.toMatchObject({ id: "pgbackrest.missing" });
  await mkdir(join(scratch.path, "pg_wal"));
  await expect(readStop(scratch.path)).rejects.toMatchObject({ id: "pgbackrest.recovery_failed" });
  const file = join(scratch.path, "roles.sql");
  const chatty = {
    major: 15,
    version: "15.0",
    async run() {
      await writeFile(file, "ALTER ROLE a WITH LOGIN PASSWORD 'canary';\n");
      return { exitCode: 0, stdout: "", stderr: "" };
    },
    async [Symbol.asyncDispose]() {},
  };
  await expect(dumpRoles(chatty, "postgres", file, signal)).rejects.toMatchObject({
    id: "backup.roles_with_passwords",
  });
});

/** The error that a statement meets on the server. */
async function refused(sql: string): Promise<unknown> {
  await using session = await connect(database.target, { readOnly: false });
  return await session.query(sql).catch((error: unknown) => error);
}

const raise = (state: string) => `DO $$ BEGIN RAISE SQLSTATE '${state}' USING MESSAGE = 'canary'; END $$`;

test.each([
  [raise("40P01"), "table.disturbed"],
  ["SET ROLE pg_monitor; SELECT * FROM pg_authid", "table.forbidden"],
  [raise("0A000"), "table.refused"],
  [
    "CREATE TABLE public.told (a int); CREATE PUBLICATION p FOR TABLE public.told; INSERT INTO public.told VALUES (1); UPDATE public.told SET a = 2",
    "table.published",
  ],
])("writing a table, the server says no to %s", async (sql, id) => {
  const fault = explain(await refused(sql), "public.orders", "write the rows", 5);
  expect(fault).toMatchObject({ id });
  expect(String(fault)).not.toContain("canary");
});

test("in the middle of a recovery: no memory, a refused statement, a lock that is gone", async () => {
  const fault = faultAround(await refused(raise("53200")), database.target);
  expect(fault).toMatchObject({ id: "recovery.out_of_memory", kind: "surroundings" });
  expect(refusal(await refused("SELECT 1/0"), "a definition")).toMatchObject({
    id: "full.statement_failed",
    message: expect.stringContaining("22012"),
  });
  const lock = await holdRecoveryLock(database.target);
  await database.session.query(
    "SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity WHERE application_name = 'ithaca recovery lock'",
  );
  await expect(lock.assertHeld()).rejects.toMatchObject({ id: "recovery.lock_lost" });
});

/** Puts a `pgbackrest` that lists one stanza in front of the PATH, and asks for the newest copy. */
async function askedOf(major: string, sizes: readonly number[]): Promise<unknown> {
  const at = { id: 1, "repo-key": 1 };
  const backup = sizes.map((size) => ({
    ...{ label: "20261122-020000F", type: "full", database: at, archive: { start: null, stop: null } },
    ...{ timestamp: { start: 1_700_000_000, stop: 1_700_000_001 }, info: { size } },
  }));
  const stanza = {
    name: "shop",
    status: { code: 0, message: "ok" },
    db: [{ ...at, version: major, "system-id": 4711 }],
    archive: [],
    backup,
  };
  const script = `#!/bin/sh\ncat <<'EOF'\n${JSON.stringify([stanza])}\nEOF\n`;
  const folder = join(scratch.path, "bin");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "pgbackrest"), script, { mode: 0o755 });
  const { PATH } = process.env;
  process.env.PATH = `${folder}:${PATH}`;
  const order = { environment: {}, stanza: "shop", point: { kind: "latest" }, timeline: "latest" } as const;
  const lag = { tries: 1, pauseSeconds: 0 };
  try {
    return await restoreToPoint({ ...order, superuser: "postgres", lag, signal, note: () => {} }).catch(
      (error) => error,
    );
  } finally {
    process.env.PATH = PATH;
  }
}

test.each([
  ["of a major that is not installed", "9", [1], "pgbackrest.no_server"],
  ["without a backup", "15", [], "pgbackrest.no_backup"],
  ["larger than this disk", "15", [9e15], "pgbackrest.no_space"],
])("a physical backup %s", async (_, major, sizes, id) => {
  expect(await askedOf(major, sizes)).toMatchObject({ id, kind: expect.stringMatching(/surroundings|failed/) });
});

test("names that cannot be exchanged, and a folder that already holds something", async () => {
  const swap = {
    production: "no-such-database",
    leaving: { oid: 1, aside: "aside" },
    incoming: { oid: 2, name: "neither-is-this" },
  };
  await expect(swapDatabases(database.target, swap)).rejects.toMatchObject({ id: "full.still_in_use" });
  const subject = await loadSubject(context(), { plan });
  const copy = parts<PointCopy>({ target: database.target, proven: { as_of: null } });
  await mkdir(join(scratch.path, "kept"));
  await writeFile(join(scratch.path, "kept", "older"), "");
  await expect(savePoint(context(), subject, copy, { save: "kept" })).rejects.toMatchObject({
    id: "point.folder_not_empty",
  });
});

test("nobody answers at the platform's address", async () => {
  const lost = await fetch("http://127.0.0.1:9/v1/projects").catch((error: unknown) => error);
  expect(lossOf("GET /v1/projects", lost)).toMatchObject({ id: "platform.unreachable", kind: "surroundings" });
});

test("production is a standby; a copy is gone before its definitions are read", async () => {
  const standby = parts<CopySession>({ query: async () => [{ name: "r", standby: true }], target: database.target });
  const tables = parts<Parameters<typeof openTables>[3]>({ table: "public.orders" });
  await expect(openTables(standby, standby, [], tables)).rejects.toMatchObject({ id: "table.standby" });
  const restored = { content: { definitions: [], quotesAll: false }, standIns: { schemas: [] } };
  const reader = { ...database.target, database: "gone" };
  const compared = parts<Parameters<typeof compareDefinitions>[0]>({ reader, versionNum: 150000, restored, signal });
  await expect(compareDefinitions(compared)).rejects.toMatchObject({ id: "proof.copy_not_dumped" });
});

test("the platform says that its restore has failed", async () => {
  await using platform = await supabasePlatform();
  platform.project.status = "RESTORE_FAILED";
  const access = platformAccess({ ...platform.env }, usualNames, signal);
  const recovery = parts<PlatformRecovery>({ access, limitSeconds: 5, target: database.target });
  const step = parts<StepContext>({ progress: silentProgress });
  await expect(waitForRestore(recovery, step)).rejects.toMatchObject({ id: "point.platform_failed" });
});

test("the team's migrations fail, or do something again when they run twice", async () => {
  const site = (migrations: string) =>
    parts<Site>({
      context: context(),
      subject: { planDirectory: scratch.path, database: { disaster: { migrations } } },
    });
  const migrated = (command: string) => migrateTwice(site(command), database.target, true);
  await expect(migrated("exit 7")).rejects.toMatchObject({ id: "disaster.hook_failed" });
  const again = `psql "$DATABASE_URL" -qc "CREATE TABLE public.m$(date +%N) ()"`;
  await expect(migrated(again)).rejects.toMatchObject({ id: "disaster.not_idempotent" });
});

test("a platform that names no pooler of the primary database", async () => {
  const call = async <T>({ answer }: ApiRequest<T>) => answer.parse([]);
  const access = {
    api: { call, signal, timeLimit: 1 },
    ref: "abcdefghijklmnopqrst",
    credentials: { url: "", token: "" },
  };
  await expect(sessionPooler(access)).rejects.toMatchObject({ id: "supabase.no_pooler" });
});
