import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase } from "../support/database.ts";
import { type PlatformServer, supabasePlatform } from "../support/supabase-platform/server.ts";
import { executedIn } from "../support/workflow-runner/executed-in.ts";
import { type Ended, openWorld, type World } from "../support/workflow-runner/world.ts";

/*
 * What runs by hand, every month, every quarter, or after something else: every step of those workflows as it is written.
 * The team's repository is public, and its database stands on Supabase.
 */

/** Milliseconds for what takes several runs, on a machine that is busy. */
const patience = 180_000;

const plan = `version: 1
databases:
  shop:
    platform: supabase
    managed: { pitr: true, pitr_window: 7d, prove_branch: true }
    critical_tables: [public.orders]
    throwaway: { major: 15, image: "postgres:15" }
reports: { public: true }
`;

const schema = `CREATE TABLE public.buyers (id int PRIMARY KEY);
  CREATE TABLE public.orders (id int PRIMARY KEY, buyer int NOT NULL REFERENCES public.buyers, state text);
  INSERT INTO public.buyers SELECT n FROM generate_series(1, 10) AS n;
  INSERT INTO public.orders SELECT n, 1 + n % 10, 'paid' FROM generate_series(1, 100) AS n;`;

/** What the platform made a branch from: a database with the same content. */
async function branchDatabase(ref: string) {
  const { target, session, ...copy } = await testDatabase();
  const user = `postgres.${ref}`;
  await session.query(schema);
  await session.query(`CREATE ROLE "${user}" SUPERUSER LOGIN`);
  return {
    host: target.host,
    user,
    database: target.database,
    async [Symbol.asyncDispose]() {
      await session.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${user}'`);
      await session.query(`DROP ROLE "${user}"`);
      await copy[Symbol.asyncDispose]();
    },
  };
}

let world: World;
let platform: PlatformServer;
beforeAll(async () => {
  platform = await supabasePlatform({ copyDatabase: (_, ref) => branchDatabase(ref) });
  const now = Math.floor(Date.now() / 1000);
  // An older one than its window: no project reaches further back than to its own beginning.
  platform.project.createdAt = new Date((now - 30 * 86_400) * 1000).toISOString();
  platform.project.pitr = { enabled: true, earliest: now - 8 * 86_400, latest: now - 120 };
  world = await openWorld(plan, schema, { public: true });
  world.secrets.SUPABASE_ACCESS_TOKEN = platform.env.SUPABASE_ACCESS_TOKEN ?? "";
  world.secrets.SUPABASE_PROJECT_REF = platform.project.ref;
  world.secrets.ITHACA_RECOVERY_URL = world.secrets.ITHACA_DATABASE_URL ?? "";
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

/** Runs a workflow where the platform's API is the stand-in's. */
function runs(workflow: string, options: Parameters<World["run"]>[1] = {}): Promise<Ended> {
  const address = Object.entries(platform.env).filter(([name]) => name.endsWith("_URL"));
  return world.run(workflow, { ...options, environment: { ...Object.fromEntries(address), ...options.environment } });
}

const byHand = (workflow: string, inputs: Readonly<Record<string, string>> = {}) =>
  runs(workflow, { event: "workflow_dispatch", inputs });

async function openFaults(): Promise<(string | undefined)[]> {
  const open = (await world.issues()).filter(({ state }) => state === "open");
  return open.map(({ body, title }) => /ithaca:key=(\S+)/.exec(body ?? "")?.[1] ?? title);
}

/** Lines that the runner shows as errors, each once. */
const errorsIn = ({ log }: Ended) => [...new Set(log.match(/^::error::.*$/gm))];

test("a plan that cannot be read: a red run with one message, and an issue that the next good run closes", async () => {
  await writeFile(join(world.workspace, "ithaca.yaml"), plan.replace("critical_tables", "critical_tabels"));
  const red = await runs("backup.yml");
  expect(red.result).toBe("failure");
  expect(red.jobs.map(({ id, result }) => [id, result])).toEqual([
    ["plan", "failure"],
    ["backup", "skipped"],
    ["schedules", "failure"],
  ]);
  expect(errorsIn(red)).toEqual([expect.stringMatching(/ithaca\.yaml:6: .*critical_tabels is not a known key/)]);
  expect(red.summary).toContain("critical_tabels");
  expect(await openFaults()).toEqual(["plan/plan"]);
  await writeFile(join(world.workspace, "ithaca.yaml"), plan);
  const green = await runs("backup.yml");
  expect(green.result, green.log).toBe("success");
  expect(await openFaults()).toEqual([]);
});

test("what a run has published in a public repository is attested by its digests", async () => {
  const head = { full_name: world.github.repository };
  const payload = { workflow_run: { id: 1002, html_url: "https://github.com/acme/shop/1002", head_repository: head } };
  const attested = await runs("attest.yml", { event: "workflow_run", payload });
  expect(attested.result, attested.log).toBe("success");
  expect(attested.summary).toMatch(/^[1-9]\d* files that https:\/\/github\.com\/acme\/shop\/1002 has published/);
});

test(
  "the platform's own backup is proven on a branch where the plan pays for it; what it finds is an issue of its own",
  async () => {
    const latest = { inserted_at: new Date(Date.now() + 2 * 3600_000).toISOString() };
    Object.assign(platform.project.backups[0] ?? {}, latest);
    platform.fail({ path: /\/branches/, with: { status: 402 } });
    const red = await byHand("rehearse-monthly.yml");
    expect(red.result).toBe("failure");
    expect(await openFaults()).toEqual(["shop/platform-proof"]);
    platform.heal();
    const green = await byHand("rehearse-monthly.yml");
    expect(green.result, green.log).toBe("success");
    expect(green.log).toContain("billed like a project of its size");
    expect(platform.world.branches.size).toBe(0);
    expect(await openFaults()).toEqual([]);
  },
  patience,
);

test(
  "a drill: production is lost and back, and its report, its times and the site are published",
  async () => {
    const drill = await runs("drill.yml");
    expect(drill.result, drill.log).toBe("success");
    expect(drill.summary).toContain("Proven: drill of shop");
    expect(drill.summary).not.toContain("tests passed");
    const site = await runs("pages.yml", { event: "workflow_run", vars: { ITHACA_PAGES: "public" } });
    expect(site.result, site.log).toBe("success");
    expect(site.summary).toContain("The reports are at https://acme.github.io/shop/");
    expect(await readdir(join(world.workspace, "../pages"))).toContain("index.html");
    const off = await runs("pages.yml", { event: "workflow_run" });
    expect(off.jobs.map(({ result }) => result)).toEqual(["skipped", "skipped"]);
  },
  patience,
);

test("the rehearsal of a point in time: the window as promised, then too short, then as promised", async () => {
  const green = await runs("point-in-time.yml");
  expect(green.result, green.log).toBe("success");
  const { pitr } = platform.project;
  platform.project.pitr = { ...pitr, earliest: Math.floor(Date.now() / 1000) - 3 * 86_400 };
  expect((await runs("point-in-time.yml")).result).toBe("failure");
  expect(await openFaults()).toEqual(["shop/point-in-time"]);
  platform.project.pitr = pitr;
  await runs("point-in-time.yml");
  expect(await openFaults()).toEqual([]);
});

test(
  "a table: the plan is an issue to approve and changes nothing; carried out, rows are back, and what undoes it is encrypted",
  async () => {
    await world.production.query("DELETE FROM public.orders WHERE buyer = 2 OR id <= 20");
    await world.production.query("DELETE FROM public.buyers WHERE id = 2");
    const inputs = { database: "shop", what: "table", table: "public.orders", "with-parents": "true", watch: "1s" };
    const planned = await byHand("recover.yml", inputs);
    expect(planned.result, planned.log).toBe("success");
    expect(planned.jobs.map(({ id, result }) => [id, result])).toContainEqual(["execute", "skipped"]);
    expect(await openFaults()).toEqual(["shop: approve the plan of a recovery"]);
    expect(await world.production.query("SELECT count(*)::int AS orders FROM public.orders")).not.toEqual([
      { orders: 100 },
    ]);
    const mistyped = await byHand("recover.yml", { ...inputs, execute: "true", confirm: "shopp" });
    expect(mistyped.result).toBe("failure");
    expect(errorsIn(mistyped).join()).toContain("--confirm says shopp");
    expect(await openFaults()).toEqual(["shop: approve the plan of a recovery"]);
    const done = await byHand("recover.yml", { ...inputs, execute: "true", confirm: "shop" });
    expect(done.result, done.log).toBe("success");
    expect(await world.production.query("SELECT count(*)::int AS orders FROM public.orders")).toEqual([
      { orders: 100 },
    ]);
    expect(await openFaults()).toEqual([]);
    // What was executed is what had been shown, under its name.
    const shown = await readdir(join(world.workspace, "../artifacts/plan-shop"));
    const executed = await readdir(join(world.workspace, "reports/incidents"));
    expect(shown.filter((name) => executed.includes(name))).toHaveLength(1);
    const undo = join(world.workspace, "../artifacts/undo-shop");
    const [file = ""] = await readdir(undo);
    expect((await readFile(join(undo, file))).subarray(0, 8).toString()).toBe("Salted__");
  },
  patience,
);

test("a point in time of a hosted project is planned, and nothing is restored", async () => {
  const to = new Date(Date.now() - 3600_000).toISOString();
  const before = platform.requests.length;
  const planned = await byHand("recover.yml", { database: "shop", what: "point-in-time", to });
  expect(planned.result, planned.log).toBe("success");
  expect(await openFaults()).toEqual(["shop: approve the plan of a recovery"]);
  expect(platform.requests.slice(before).filter(({ method }) => method !== "GET")).toEqual([]);
});

test("CI: its own steps, with npm standing in for these very tests", async () => {
  const bin = join(world.workspace, "../bin");
  await mkdir(bin, { recursive: true });
  const npm = (code: number) => `#!/bin/sh\necho "npm $*"\nif [ "$1" = test ]; then echo 7 passed; exit ${code}; fi\n`;
  for (const [code, result] of [
    [0, "success"],
    [1, "failure"],
  ] as const) {
    await writeFile(join(bin, "npm"), npm(code));
    await chmod(join(bin, "npm"), 0o755);
    const environment = { PATH: `${bin}${delimiter}${process.env.PATH}` };
    const ci = await runs("ci.yml", { event: "push", environment });
    const commands = ["npm ci --no-audit --no-fund", "npm test", "npm run lint"];
    expect([ci.result, ci.log.match(/^npm .*/gm)]).toEqual([result, commands]);
    expect(ci.summary).toContain("7 passed");
  }
});

test("a disaster: its steps are shown; in earnest it stops where a person is needed, and the issue says so", async () => {
  const inputs = { database: "shop", mode: "execute", confirm: "shop" };
  const { result, summary, jobs } = await byHand("disaster.yml", inputs);
  expect([result, ...jobs.map((job) => job.result)]).toEqual(["failure", "success", "success", "failure"]);
  expect(summary).toContain("A: the database is gone: shop, nothing has been done");
  expect(summary).toContain("shop still answers, so it is not gone");
  expect(await openFaults()).toContain("shop/disaster");
});

test(
  "a fork without secrets: one message names all that is missing, and nothing is green",
  async () => {
    const kept = { ...world.secrets };
    for (const name of Object.keys(kept)) delete world.secrets[name];
    const nightly = ["backup", "watch", "verify", "prove-weekly", "drill", "retain", "point-in-time"];
    const inputs = { database: "shop", mode: "execute", confirm: "shop" };
    const all = [
      ...nightly.map((name) => [name, () => runs(`${name}.yml`)] as const),
      ["recover", () => byHand("recover.yml", { database: "shop" })] as const,
      ["disaster", () => byHand("disaster.yml", inputs)] as const,
      ["doctor", () => byHand("doctor.yml")] as const,
    ];
    for (const [name, start] of all) {
      const red = await start();
      expect(red.result, name).toBe("failure");
      // Where a report could be written all the same, nobody could be told of it either.
      const [first, ...more] = errorsIn(red);
      expect(first, name).toMatch(/RESTIC_REPOSITORY|SUPABASE_ACCESS_TOKEN|The vault/);
      expect(
        more.filter((line) => !line.includes("nobody was told")),
        name,
      ).toEqual([]);
      expect(red.log, name).not.toMatch(/^ {4}at /m);
    }
    Object.assign(world.secrets, kept);
  },
  patience,
);

test("no step of these workflows was left out", async () => {
  expect(await world.leftOut(executedIn["seldom.test.ts"])).toEqual([]);
});
