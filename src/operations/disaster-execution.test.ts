import { randomUUID } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { socketUrl } from "../../test/support/cli.ts";
import { ask } from "../../test/support/database.ts";
import { newIncident } from "../../test/support/recovery.ts";
import { openShop, type Shop } from "../../test/support/shop.ts";
import { gatewayOf } from "../../test/support/supabase-gateway.ts";
import { supabasePlatform } from "../../test/support/supabase-platform/server.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { withDatabase } from "../postgres/target.ts";
import { writeIncident } from "../recovery/incident.ts";
import { listReports } from "../report/history.ts";
import { listAudit } from "./audit.ts";
import { backup } from "./backup.ts";
import type { UseCaseContext } from "./context.ts";
import type { DisasterOptions } from "./disaster/site.ts";
import { disaster } from "./disaster.ts";
import { drill } from "./drill.ts";

let shop: Shop;
let good = "";
beforeAll(async () => {
  shop = await openShop();
  good = (await backup(contextOf({}), { plan: "ithaca.yaml" })).backup?.id ?? "";
}, 60_000);
afterAll(() => shop[Symbol.asyncDispose]());

function contextOf(environment: Readonly<Record<string, string>>): UseCaseContext {
  return {
    environment: { PATH: process.env.PATH, HOME: shop.folder, ...shop.env, ...environment },
    clock: systemClock,
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: shop.folder,
  };
}

const plan = (disaster: string) =>
  writeFile(
    join(shop.folder, "ithaca.yaml"),
    `version: 1\ndatabases: {shop: {platform: postgres, critical_tables: [public.orders], disaster: ${disaster}}}\n`,
  );
const executing: DisasterOptions = { plan: "ithaca.yaml", execute: true, confirm: "shop", watch: "1s" };
const stopped = (result: Awaited<ReturnType<typeof disaster>>) =>
  result.steps.find(({ state }) => state === "failed" || state === "waiting");

test("a lost database, in earnest: each fault leaves a clear state, and the next run goes on from there", async () => {
  await shop.database.session.query("CREATE DATABASE fresh TEMPLATE template0");
  const gone = socketUrl(withDatabase(shop.database.target, "gone"));
  const fresh = socketUrl(withDatabase(shop.database.target, "fresh"));
  const context = contextOf({
    ITHACA_DATABASE_URL: gone,
    ITHACA_RECOVERY_URL: fresh,
    SUPABASE_PROJECT_REF: "abcdefghijklmnopqrst",
    ITHACA_HOOK_TOKEN: "for-hooks",
    SLACK_WEBHOOK_URL: "not-for-hooks",
  });
  const wrong = disaster(context, "deleted", { ...executing, confirm: "shopp" });
  await expect(wrong).rejects.toMatchObject({ id: "recovery.not_confirmed" });
  const { operations } = await listAudit(context, { plan: executing.plan, operation: "recovery" });
  expect(operations).toMatchObject([{ status: "refused", details: { scenario: "deleted" } }]);
  expect(await readdir(join(shop.folder, "reports/disasters")).catch(() => [])).toEqual([]);

  await writeFile(join(shop.folder, "app.env"), "URL=https://abcdefghijklmnopqrst.supabase.co\n");
  const migrate = (sql: string) => `migrations: "psql -qX -v ON_ERROR_STOP=1 \\"$DATABASE_URL\\" -c '${sql}'"`;
  const hooks = "hooks: {environment: 'env > hook.env', hostname: 'exit 3'}, scan: [.]";
  await plan(`{${migrate("ALTER TABLE public.orders ADD CHECK (id > 0)")}, ${hooks}}`);
  // A run that was killed has left half a restore.
  const half = withDatabase(shop.database.target, "fresh");
  await ask(half, (session) => session.query("CREATE TABLE public.orders (id int)"));
  const killed = newIncident({ kind: "full", mode: "new", request: { into: "new", backup: "latest" } });
  const state = { step: "execute" as const, outcome: null };
  await writeIncident(join(shop.folder, "reports/incidents"), { ...killed, database: "shop", state });
  const unclear = await disaster(context, "deleted", executing);
  expect(stopped(unclear)).toMatchObject({
    id: "restore",
    says: expect.stringMatching(/restore ended otherwise than recovered .*: drop the database/),
  });
  await ask(half, (session) => session.query("DROP TABLE public.orders"));
  const twice = await disaster(context, "deleted", executing);
  expect(twice.steps.map(({ state }) => state).slice(0, 4)).toEqual(["done", "done", "done", "failed"]);
  expect(stopped(twice)).toMatchObject({ id: "migrations", says: expect.stringContaining("a second time") });
  expect(twice.verdict).toBe("failed");
  expect(twice.way_on).toContain("--execute --confirm shop");

  await plan(`{${migrate("CREATE TABLE IF NOT EXISTS public.run (id int)")}, ${hooks}}`);
  const waits = await disaster(context, "deleted", executing);
  expect([twice.id, waits.id]).toEqual([unclear.id, unclear.id]);
  expect(waits.steps[3]).toMatchObject({ state: "done", says: expect.stringContaining("Run twice") });
  expect(stopped(waits)).toMatchObject({ id: "auth-flow", state: "waiting" });

  const failed = await disaster(context, "deleted", { ...executing, done: ["auth-flow"] });
  expect(stopped(failed)).toMatchObject({ id: "hostname", says: expect.stringContaining("ended with 3") });
  const seen = await readFile(join(shop.folder, "hook.env"), "utf8");
  expect(seen).toContain("ITHACA_HOOK_TOKEN=for-hooks");
  expect(seen).not.toMatch(/not-for-hooks|canary-vault-password|RESTIC/);

  const named = await disaster(context, "deleted", { ...executing, done: ["hostname"] });
  expect(stopped(named)).toMatchObject({ id: "old-references", says: expect.stringContaining("app.env:1") });
  await rm(join(shop.folder, "app.env"));
  const ended = await disaster(context, "deleted", { ...executing, done: ["first-backup"] });
  expect(ended).toMatchObject({ verdict: "proven", way_on: "Every step is over." });

  const { reports } = await listReports(join(shop.folder, "reports"), "shop");
  const runs = reports.filter(({ kind }) => kind === "disaster");
  expect(runs.map(({ verdict }) => verdict)).toEqual([
    "proven",
    "inconclusive",
    "failed",
    "inconclusive",
    "failed",
    "failed",
  ]);
  expect(await readFile(join(shop.folder, ended.report?.markdown ?? ""), "utf8")).toContain("✅ done");
}, 120_000);

test("a new project, in earnest: made once by the API, not let in to while it is ill, and led to by its hostname", async () => {
  await using platform = await supabasePlatform();
  await plan("{hooks: {environment: 'env > project.env'}, project: {hostname: app.example.org}}");
  const gone = socketUrl(withDatabase(shop.database.target, "gone"));
  const token = { ...platform.env, ITHACA_DATABASE_URL: gone, ITHACA_RECOVERY_URL: gone };
  const unasked = await disaster(contextOf(token), "deleted", executing);
  expect(stopped(unasked)).toMatchObject({ id: "new-project", says: expect.stringContaining("in the dashboard") });
  expect(platform.world.projects.size).toBe(1);

  const context = contextOf({ ...token, ITHACA_NEW_PROJECT_PASSWORD: "canary-project-password" });
  const made = await disaster(context, "deleted", executing);
  expect(stopped(made)?.says).toMatch(/is made and healthy.*\[YOUR-PASSWORD\]@.*:5432/);
  expect(JSON.stringify(made)).not.toContain("canary-project-password");
  await disaster(context, "deleted", executing);
  expect(platform.world.projects.size).toBe(2);
  const fresh = [...platform.world.projects.values()].find(({ ref }) => ref !== platform.project.ref);
  expect(fresh?.region).toBe(platform.project.region);

  fresh?.unhealthy.add("auth");
  const done = ["new-project", "restore", "migrations"];
  const ill = await disaster(context, "deleted", { ...executing, done });
  expect(stopped(ill)).toMatchObject({
    id: "auth-flow",
    state: "failed",
    says: expect.stringMatching(/Services of the new project do not answer .*auth: UNHEALTHY/),
  });
  fresh?.unhealthy.clear();
  expect(stopped(await disaster(context, "deleted", executing))).toMatchObject({ id: "auth-flow", state: "waiting" });
  const led = await disaster(context, "deleted", { ...executing, done: ["auth-flow"] });
  expect(await readFile(join(shop.folder, "project.env"), "utf8")).toContain(`ITHACA_PROJECT_REF=${fresh?.ref}`);
  expect(fresh?.hostname).toEqual({ name: "app.example.org", status: "5_services_reconfigured" });
  const ended = await disaster(context, "deleted", { ...executing, done: ["old-references", "first-backup"] });
  expect([led.verdict, ended.verdict]).toEqual(["inconclusive", "proven"]);
}, 60_000);

test("an attack, in earnest, against the documented API: keys are proved at the gateway, and what nobody can prove waits", async () => {
  await using platform = await supabasePlatform();
  await using gateway = await gatewayOf(platform);
  // The attacker has left a key that would be taken into use next.
  const at = "2026-01-01T00:00:00.000Z";
  const planted = {
    id: randomUUID(),
    algorithm: "ES256" as const,
    status: "standby" as const,
    created_at: at,
    updated_at: at,
  };
  platform.project.signingKeys.push(planted);
  platform.project.secrets.set("MAIL_KEY", { value: "old", updated_at: "2026-01-01T00:00:00.000Z" });
  const environment = {
    ...platform.env,
    SUPABASE_GATEWAY_URL: gateway.url,
    ITHACA_RECOVERY_URL: shop.env.ITHACA_DATABASE_URL ?? "",
    ITHACA_NEW_DATABASE_PASSWORD: "canary-new-password",
  };
  const context = contextOf(environment);
  await plan(
    "{hooks: {keys: 'env > keys.env', secrets: 'true'}, secrets: [{name: mail, where: there, proof: 'test -e rotated'}, {name: dns, where: here}]}",
  );
  await shop.database.session.query("CREATE ROLE canary_backdoor; DELETE FROM public.orders WHERE id > 100");
  // A session that ends hands in what it has written; one that idles does so seconds later.
  await ask(shop.database.target, (attacker) => attacker.query("UPDATE public.orders SET buyer = md5(buyer)"));

  // The server lets everybody in, so that the old password still opens: the step fails, and the keys are proved by then.
  const first = await disaster(context, "ransomware", executing);
  expect(stopped(first)).toMatchObject({ id: "database-password", says: expect.stringContaining("old password") });
  expect(platform.project.password).toBe("canary-new-password");
  const revoked = first.steps.find(({ id }) => id === "revoke-keys");
  expect(revoked).toMatchObject({ state: "done", says: expect.stringContaining("refused 3 old keys, accepted 2 new") });
  expect(platform.project.signingKeys.map(({ status }) => status).sort()).toEqual(["in_use", "revoked", "revoked"]);
  expect(platform.project.signingKeys.find(({ status }) => status === "in_use")?.id).not.toBe(planted.id);
  const keys = await readFile(join(shop.folder, "keys.env"), "utf8");
  for (const { type, api_key } of platform.project.apiKeys) {
    if (type !== "legacy") expect(keys).toContain(api_key);
    expect(JSON.stringify(first)).not.toContain(api_key);
  }

  const when = await disaster(context, "ransomware", { ...executing, done: ["database-password"] });
  expect(stopped(when)).toMatchObject({
    id: "when",
    says: expect.stringMatching(/public\.orders: 1000 to 100 rows after .*before is 2026-.*Choose/s),
  });
  expect(stopped(when)?.says).toMatch(/public\.orders: at most \d+ writes to its 1000 rows between /);
  expect(when.steps.find(({ id }) => id === "when")?.says).toContain(good);
  const rest = { ...executing, backup: good, done: ["restore", "sign-out"] };
  const secrets = await disaster(context, "ransomware", rest);
  expect(secrets.steps.find(({ id }) => id === "audit")?.says).toMatch(
    /added role canary_backdoor\n[\s\S]*public\.orders: at most \d+ rows were written since/,
  );
  expect(stopped(secrets)).toMatchObject({ id: "rotate-secrets" });
  const says = stopped(secrets)?.says ?? "";
  expect(says).toContain("MAIL_KEY: old");
  expect(says).toContain("mail (there): old");
  expect(says).toContain("dns (here): inconclusive");
}, 120_000);

test("two drills with the vault's own backups: production is a copy, an older one is proven too, and the second shows a trend", async () => {
  await plan("{runbook: runbook.md}");
  await writeFile(join(shop.folder, "runbook.md"), "# Ours\n<!-- measured:drill -->\n<!-- /measured -->\n");
  // What leads to production is there, and must not be used.
  const context = contextOf({ ITHACA_DATABASE_URL: socketUrl(withDatabase(shop.database.target, "gone")) });
  const order = { plan: "ithaca.yaml", families: 1, e2e: false, random: () => 0.999 };
  const first = (await drill(context, order)).report;
  expect(first).toMatchObject({ verdict: "proven", production: "from-the-vault", trend: { drills: 0 } });
  expect(first.older).toMatchObject({ id: good, verdict: "proven" });
  expect(first.rows).toMatchObject({ recovered: 0 });
  const { report, runbook } = await drill(context, { ...order, older: false });
  expect(report.trend.drills).toBe(1);
  expect(report.trend.series).toHaveLength(2);
  expect(report.trend.changes.map(({ name }) => name)).toContain("recover.execute");
  expect(runbook?.patch).toContain("+Report: `reports/");
}, 120_000);

test("an attacked project that belongs to a platform is restored in place: beside it there is no room for another", async () => {
  await writeFile(join(shop.folder, "ithaca.yaml"), "version: 1\ndatabases: {shop: {platform: supabase}}\n");
  const context = contextOf({ ITHACA_RECOVERY_URL: shop.env.ITHACA_DATABASE_URL ?? "" });
  await rm(join(shop.folder, "reports/disasters"), { recursive: true, force: true });
  const over = [
    "evidence",
    "new-keys",
    "roll-out-keys",
    "revoke-keys",
    "database-password",
    "when",
    "audit",
    "sign-out",
  ];
  const result = await disaster(context, "ransomware", { ...executing, backup: good, done: over });
  expect(result.steps.find(({ id }) => id === "restore")).toMatchObject({ state: "done" });
  const { reports } = await listReports(join(shop.folder, "reports"), "shop");
  const recovery = reports.find(({ kind }) => kind === "recover");
  expect(recovery).toMatchObject({ method: "full, in-place", outcome: "recovered" });
}, 120_000);
