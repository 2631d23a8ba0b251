import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { testBackup } from "../../test/support/backup.ts";
import { socketUrl, startIthaca } from "../../test/support/cli.ts";
import {
  type TemplateDatabase,
  type TestDatabase,
  templateDatabase,
  testDatabase,
} from "../../test/support/database.ts";
import { type PlatformServer, supabasePlatform } from "../../test/support/supabase-platform/server.ts";
import { type TestVault, testVault, vaultPassword } from "../../test/support/vault.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import type { ProofReport } from "../report/model.ts";
import { prove } from "./prove.ts";

/*
 * A stand-in for the platform, and real databases behind it: production, and for each branch a copy of what production
 * was when the platform took its backup.
 */

let template: TemplateDatabase;
let vault: TestVault;
let folder: string;
let production: TestDatabase;
let platform: PlatformServer;
/** SQL that makes a branch another one than production was. */
let onBranch = "SELECT 1";

beforeAll(async () => {
  template = await templateDatabase((session) =>
    session.query(`
      CREATE TABLE public.still (id int PRIMARY KEY, note text); INSERT INTO public.still SELECT n, 'canary-row' FROM generate_series(1, 50) n;
      CREATE TABLE public.busy (id int PRIMARY KEY, note text); INSERT INTO public.busy SELECT n, 'canary-row' FROM generate_series(1, 50) n;`),
  );
  production = await testDatabase(template.name);
  vault = await testVault();
  await using taken = await testBackup(production.target);
  await vault.vault.save(taken.directory, {
    ...taken.manifest,
    database: "shop",
    id: taken.manifest.id.replace("-test-", "-shop-"),
  });
  folder = join(vault.path, "work");
  await mkdir(folder);
});
afterAll(async () => {
  await production[Symbol.asyncDispose]();
  await template[Symbol.asyncDispose]();
  await vault[Symbol.asyncDispose]();
});
beforeEach(async () => {
  onBranch = "SELECT 1";
  patience = "10";
  platform = await supabasePlatform({
    copyDatabase: async (_, ref) => {
      const copy = await testDatabase(template.name);
      const user = `postgres.${ref}`;
      await copy.session.query(onBranch);
      await copy.session.query(`CREATE ROLE "${user}" SUPERUSER LOGIN`);
      const { host, database } = copy.target;
      return {
        host,
        user,
        database,
        async [Symbol.asyncDispose]() {
          await copy.session.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${user}'`);
          await copy.session.query(`DROP ROLE "${user}"`);
          await copy[Symbol.asyncDispose]();
        },
      };
    },
  });
  // Taken after the census, as far as the platform tells.
  Object.assign(platform.project.backups[0] ?? {}, { inserted_at: new Date(Date.now() + 2 * 3_600_000).toISOString() });
  await plan("30s");
});
afterEach(() => platform[Symbol.asyncDispose]());

const plan = (limit: string) =>
  writeFile(
    join(folder, "ithaca.yaml"),
    `version: 1\ndatabases:\n  shop:\n    platform: supabase\n    managed: {branch_time_limit: ${limit}}\n`,
  );

/** Seconds that a request to the stand-in may take: many on a busy machine, few where it is to fail. */
let patience = "10";

const environment = () => ({
  ...platform.env,
  PATH: process.env.PATH ?? "",
  HOME: folder,
  SUPABASE_API_TIME_LIMIT: patience,
  ITHACA_DATABASE_URL: socketUrl(production.target),
  RESTIC_REPOSITORY: vault.repository,
  RESTIC_PASSWORD: vaultPassword,
});

async function proveIt(): Promise<{ report: ProofReport; warnings: string[] }> {
  const warnings: string[] = [];
  const progress = { ...silentProgress, warn: (text: string) => void warnings.push(text) };
  const signal = new AbortController().signal;
  const context = { environment: environment(), clock: systemClock, progress, signal, workingDirectory: folder };
  const report = await prove(context, { plan: "ithaca.yaml", platformBranch: true });
  return { report, warnings };
}

const of = (report: ProofReport, id: string) => report.checks.find((check) => check.id === id);

/** The branch is gone, whatever the run came to. */
const gone = () => expect([...platform.world.branches.values()].map(({ name }) => name)).toEqual([]);

test("a branch that is what the census says is proven; costs are said first, earlier leftovers go with it", async () => {
  const past = Math.floor(Date.now() / 1000) - 10;
  const { project, world } = platform;
  const left = { parent: project.ref, project, withData: true, createdAt: new Date().toISOString(), database: null };
  world.branches.set("old", { ...left, id: "old", name: `ithaca-proof-${past}-0a1b2c3d` });
  world.branches.set("theirs", { ...left, id: "theirs", name: "feature-x" });
  const { report, warnings } = await proveIt();
  expect(report.checks.filter(({ status }) => status !== "passed").map(({ id, reason }) => `${id}: ${reason}`)).toEqual(
    [],
  );
  expect(report).toMatchObject({ verdict: "proven", target: { kind: "branch", destroyed: true } });
  expect(of(report, "platform.data")?.actual).toBe("2 tables, 100 rows equal");
  expect(report.objectives.rto.measured_s).not.toBeNull();
  expect(warnings[0]).toMatch(/billed like a project of its size.*lives 1 min at most/);
  expect(warnings[1]).toContain("of an earlier run");
  expect([...world.branches.keys()]).toEqual(["theirs"]);
  const written = JSON.stringify(report);
  for (const secret of ["canary-row", "canary-project-password", "sbp_canary"]) expect(written).not.toContain(secret);
  expect(written).not.toContain(vaultPassword);
});

test("what was written meanwhile may differ by so much; what was not written may not differ at all", async () => {
  // Ten rows on production since the census; the branch has six of them, and a row that nobody wrote.
  await production.session.query("INSERT INTO public.busy SELECT n, 'new' FROM generate_series(51, 60) n");
  // Else the session would tell of it within ten seconds.
  await production.session.query("SELECT pg_stat_force_next_flush()");
  onBranch = "INSERT INTO public.busy SELECT n, 'new' FROM generate_series(51, 56) n";
  const fine = (await proveIt()).report;
  expect(of(fine, "platform.data")).toMatchObject({
    status: "passed",
    actual: expect.stringContaining("1 table within"),
  });
  expect(fine.not_covered.map(({ why }) => why).join()).toContain("10 rows were written");
  gone();

  onBranch = `DELETE FROM public.busy WHERE id <= 11; UPDATE public.still SET note = 'changed' WHERE id = 1`;
  const wrong = (await proveIt()).report;
  expect(wrong.verdict).toBe("failed");
  expect(of(wrong, "platform.data")?.findings).toEqual([
    { object: "public.busy", attribute: "rows", expected: "50, give or take 10 rows written meanwhile", actual: "39" },
    expect.objectContaining({ object: "public.still", attribute: "content" }),
  ]);
  gone();

  // Before every census there are no counters to bound it by: not proven, and no false alarm either.
  Object.assign(platform.project.backups[0] ?? {}, { inserted_at: "2026-01-01T02:00:00.000Z" });
  const unknown = (await proveIt()).report;
  expect(of(unknown, "platform.data")).toMatchObject({
    status: "not_run",
    reason: expect.stringContaining("cannot be bounded"),
  });
  gone();
});

test("a definition that is another one on the branch fails", async () => {
  onBranch = "ALTER TABLE public.still ADD COLUMN extra int";
  const { report } = await proveIt();
  expect(of(report, "definitions.equality")?.status).toBe("failed");
  gone();
});

test.each([
  [
    "the branch cannot be made",
    { method: "GET", path: /v1\/branches/, with: { status: 500 } },
    "platform.server_fault",
    "30s",
  ],
  [
    "the account has no branching",
    { method: "POST", path: /branches/, with: { status: 402 } },
    "platform.plan_lacks",
    "30s",
  ],
  ["the answer is lost", { method: "POST", path: /branches/, with: "lost" as const }, null, "30s"],
] as const)("%s: inconclusive, and nothing is left of it", async (_what, fault, id, limit) => {
  await plan(limit);
  patience = "1";
  platform.fail({ ...fault, times: id === null ? 1 : Number.POSITIVE_INFINITY });
  const { report } = await proveIt();
  expect(report.verdict).toBe(id === null ? "proven" : "inconclusive");
  gone();
});

test("a branch whose time is over is deleted unfinished", async () => {
  platform.world.takes = 60_000;
  await plan("1s");
  const { report } = await proveIt();
  expect(report).toMatchObject({ verdict: "inconclusive" });
  expect(of(report, "run.completed")?.reason).toMatch(
    /did not come about within 1 s; the last state was COMING_UP|could not make the branch/,
  );
  gone();
});

test("a run that is killed leaves no branch: its guard deletes it", async () => {
  platform.world.takes = 60_000;
  const run = startIthaca(["prove", "--platform-branch"], folder, environment());
  await Promise.race([
    expect.poll(() => platform.world.branches.size, { timeout: 60_000, interval: 100 }).toBe(1),
    run.result.then(({ stderr }) => Promise.reject(new Error(stderr))),
  ]);
  run.kill("SIGKILL");
  await expect.poll(() => platform.world.branches.size, { timeout: 30_000, interval: 200 }).toBe(0);
  expect((await run.result).stderr).toContain("billed like a project");
}, 120_000);
