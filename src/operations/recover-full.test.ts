import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testBackup } from "../../test/support/backup.ts";
import { openShop, type Shop } from "../../test/support/shop.ts";
import { transactionPooler } from "../../test/support/transaction-pooler.ts";
import { digestOf } from "../backup/files.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { connect } from "../postgres/connect.ts";
import { urlWithPassword } from "../postgres/target.ts";
import { writeMarker } from "../recovery/marker.ts";
import { lacksLessons } from "../recovery/page/incident-page.ts";
import { listReports } from "../report/history.ts";
import { listAudit } from "./audit.ts";
import { backup } from "./backup.ts";
import type { UseCaseContext } from "./context.ts";
import { incidentReminders, lessonsSentence } from "./incident-reminders.ts";
import { type RecoverFullOptions, recoverFull } from "./recover-full.ts";
import { planMarkdown } from "./recovery-view.ts";

/** Files of incidents that are there; a refusal must leave none that is open. */
const incidentFiles = (shop: Shop) => readdir(join(shop.folder, "reports/incidents")).catch(() => []);

let shop: Shop;
let url: string;
beforeAll(async () => {
  shop = await openShop();
  // Without a password and a socket: the same server, and the same right to write.
  url = shop.env.ITHACA_DATABASE_URL ?? "";
  await backup(contextOf(), { plan: "ithaca.yaml", init: true });
  await shop.database.session.query("DELETE FROM public.orders WHERE id > 10");
  // A session in a database keeps it from being renamed politely; the swap would end it, and the test's own with it.
  await shop.database.session[Symbol.asyncDispose]();
}, 60_000);
afterAll(() => shop[Symbol.asyncDispose]());

function contextOf(environment: Record<string, string> = {}, warn: (text: string) => void = () => {}): UseCaseContext {
  return {
    environment: { PATH: process.env.PATH, HOME: shop.folder, ...shop.env, ...environment },
    clock: systemClock,
    progress: { ...silentProgress, warn },
    signal: new AbortController().signal,
    workingDirectory: shop.folder,
  };
}

const options = (more: Partial<RecoverFullOptions> = {}): RecoverFullOptions => ({
  plan: "ithaca.yaml",
  into: "side-by-side",
  ...more,
});
const execution = (more: Partial<RecoverFullOptions> = {}) =>
  options({ execute: true, confirm: "shop", reason: "Lost orders", watch: "1s", ...more });

async function orders(): Promise<number> {
  await using session = await connect(shop.database.target, { readOnly: true });
  const [row] = await session.query<{ n: number }>("SELECT count(*)::int AS n FROM public.orders");
  return row?.n ?? -1;
}

test("without the typed name, or with another, nothing of production is read or written, and the attempt is recorded", async () => {
  const nowhere = {
    ITHACA_DATABASE_URL: "postgres://a@nowhere.invalid/b",
    ITHACA_RECOVERY_URL: "postgres://a@nowhere.invalid/b",
  };
  for (const confirm of ["shopp", "SHOP", "shop ", "", undefined]) {
    const refused = recoverFull(
      contextOf(nowhere),
      options({ execute: true, ...(confirm === undefined ? {} : { confirm }) }),
    );
    await expect(refused).rejects.toMatchObject({ id: "recovery.not_confirmed", exitCode: 2 });
  }
  const { operations } = await listAudit(contextOf(nowhere), { plan: "ithaca.yaml", operation: "recovery" });
  expect(operations.map(({ status, details }) => ({ status, kind: details.kind }))).toEqual(
    Array(5).fill({ status: "refused", kind: "full" }),
  );
  expect(operations[0]?.details.reason).toMatch(/--confirm/);
  expect(await incidentFiles(shop)).toEqual([]);
  expect(await orders()).toBe(10);
});

test("a pooler in transaction mode is connected to by nobody: what is set there stays in the application's sessions", async () => {
  const pooler = { ITHACA_RECOVERY_URL: "postgres://a@nowhere.invalid:6543/postgres" };
  for (const asked of [options(), execution()]) {
    await expect(recoverFull(contextOf(pooler), asked)).rejects.toMatchObject({ id: "postgres.transaction_pooler" });
  }
  const reading = { ITHACA_DATABASE_URL: "postgres://a@nowhere.invalid:6543/postgres", ITHACA_RECOVERY_URL: url };
  await expect(recoverFull(contextOf(reading), execution())).rejects.toMatchObject({
    id: "postgres.transaction_pooler",
  });
  expect(await incidentFiles(shop)).toEqual([]);
});

test("nor is one at another address: its sessions are left as they were by a plan, an execution and a backup", async () => {
  await using pooler = await transactionPooler(shop.database.target);
  const lent = urlWithPassword(pooler.target);
  const context = contextOf({ ITHACA_DATABASE_URL: lent, ITHACA_RECOVERY_URL: lent });
  const refused = { id: "postgres.transaction_pooler", exitCode: 2 };
  await expect(recoverFull(context, options({ into: "in-place" }))).rejects.toMatchObject(refused);
  await expect(recoverFull(context, execution({ into: "in-place" }))).rejects.toMatchObject(refused);
  await expect(testBackup(pooler.target)).rejects.toMatchObject(refused);
  expect(await pooler.settings()).toEqual([]);
});

test("a plan needs no writing credential, writes nothing, and names what would be lost and how to do it", async () => {
  const result = await recoverFull(contextOf(), options());
  expect(result).toMatchObject({ verdict: "proven", obstacles: [], file: null, report: null });
  expect(result.incident.preview?.losses).toEqual([
    { table: "public.orders", rows_now: 10, rows_then: 1000, younger: null },
  ]);
  const page = planMarkdown(result.incident);
  expect(page).toContain(`--into side-by-side --backup ${result.incident.restore_point?.backup?.id}`);
  expect(page).toContain("--execute --confirm shop");
  expect(page).not.toContain("canary");
  // What was said already need not be typed again.
  const said = await recoverFull(contextOf(), options({ reason: "it's gone", incidentAt: "2026-11-22T14:30:00Z" }));
  expect(planMarkdown(said.incident)).toContain(
    `--incident-at 2026-11-22T14:30:00.000Z --reason 'it'\\''s gone' --execute`,
  );
  expect(await incidentFiles(shop)).toEqual([]);
  await expect(recoverFull(contextOf(), execution())).rejects.toMatchObject({ id: "recovery.no_writing_credential" });
});

test("without the credential that names it there is no new database to plan for, and nothing is fetched", async () => {
  const steps: string[] = [];
  const context = contextOf();
  const step: UseCaseContext["progress"]["step"] = (name, work) => {
    steps.push(name);
    return silentProgress.step(name, work);
  };
  const refused = recoverFull({ ...context, progress: { ...context.progress, step } }, options({ into: "new" }));
  await expect(refused).rejects.toMatchObject({ id: "recovery.no_writing_credential", exitCode: 3 });
  expect(steps).toEqual([]);
});

test("a credential that leads to another database is refused, and so is production as a new one", async () => {
  const elsewhere = { ITHACA_RECOVERY_URL: url.replace("/shop?", "/postgres?") };
  await expect(recoverFull(contextOf(elsewhere), execution())).rejects.toMatchObject({
    id: "recovery.other_server",
    exitCode: 2,
  });
  const itself = recoverFull(contextOf({ ITHACA_RECOVERY_URL: url }), execution({ into: "new" }));
  await expect(itself).rejects.toMatchObject({ id: "recovery.is_production", exitCode: 2 });
  expect(await orders()).toBe(10);
});

test("a backup of another database is refused, and one of a newer major is an obstacle that the plan names", async () => {
  await using other = await testBackup(shop.database.target);
  const foreign = recoverFull(contextOf(), options({ archive: other.directory }));
  await expect(foreign).rejects.toMatchObject({ id: "run.other_database", exitCode: 2 });

  const path = join(other.directory, "backup.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  const newer = { ...manifest, database: "shop", versions: { ...manifest.versions, server_num: 990_000 } };
  await writeFile(path, JSON.stringify({ ...newer, digest: digestOf(newer) }));
  const { obstacles } = await recoverFull(contextOf(), options({ archive: other.directory }));
  expect(obstacles).toEqual([expect.stringContaining("comes from PostgreSQL 99 and the server is")]);
  const forced = recoverFull(contextOf({ ITHACA_RECOVERY_URL: url }), execution({ archive: other.directory }));
  await expect(forced).rejects.toMatchObject({ id: "recovery.obstacles", exitCode: 2 });
  expect(await orders()).toBe(10);
});

test("an unfinished recovery of another kind is met by its marker, and has to be finished first", async () => {
  const { incident } = await recoverFull(contextOf(), options());
  const left = {
    ...incident,
    kind: "table" as const,
    mode: "replace",
    state: { step: "execute" as const, outcome: null },
  };
  await writeMarker(shop.database.target, left);
  await expect(recoverFull(contextOf({ ITHACA_RECOVERY_URL: url }), execution())).rejects.toMatchObject({
    id: "recovery.unfinished",
  });
  const warnings: string[] = [];
  const planned = await recoverFull(
    contextOf({}, (text) => warnings.push(text)),
    options(),
  );
  expect(warnings.join()).toContain("has not come to its end");
  // Any other would be refused: the command of a plan leads to what is unfinished.
  expect(planMarkdown(planned.incident)).toContain(`--incident ${left.id} `);
  await using session = await connect(shop.database.target, { readOnly: false });
  await session.query("DROP SCHEMA ithaca_recovery CASCADE");
});

test("executed: safety backup, swap, verification, watch; the page, the report and the audit log say so", async () => {
  const result = await recoverFull(contextOf({ ITHACA_RECOVERY_URL: url }), execution());
  expect(result.incident.state).toEqual({ step: "ended", outcome: "recovered" });
  expect(result.verdict).toBe("proven");
  expect(await orders()).toBe(1000);

  const files = await incidentFiles(shop);
  const page = files.find((name) => name.endsWith(".md")) ?? "";
  expect(page).toMatch(/^\d{4}-\d\d-\d\d-lost-orders-/);
  const text = await readFile(join(shop.folder, "reports/incidents", page), "utf8");
  for (const field of [
    "Date and time of the incident",
    "Reason",
    "Backup selected",
    "Verification results",
    "Data loss",
    "Lessons learned",
  ]) {
    expect(text).toContain(field);
  }
  expect(lacksLessons(text)).toBe(true);
  const reminders = await incidentReminders(join(shop.folder, "reports"), "shop");
  expect(lessonsSentence(reminders)).toContain(`incidents/${page}`);
  expect(text).not.toContain("canary");
  const { reports } = await listReports(join(shop.folder, "reports"), "shop");
  expect(reports.map(({ kind }) => kind).sort()).toEqual(["backup", "backup", "recover"]);
  const { operations } = await listAudit(contextOf(), { plan: "ithaca.yaml", status: "succeeded" });
  expect(operations).toContainEqual(expect.objectContaining({ operation_type: "recovery" }));

  // What was written since must not be lost because somebody starts the run once more.
  const rerun = recoverFull(contextOf({ ITHACA_RECOVERY_URL: url }), execution({ onlyGoOn: true }));
  await expect(rerun).rejects.toMatchObject({ id: "recovery.run_again", exitCode: 2 });
  expect(await incidentFiles(shop)).toEqual(files);

  // The newest backup is now the one of the loss: nobody may fall into that at night.
  const again = await recoverFull(contextOf(), options());
  expect(again.incident.restore_point?.backup?.id).toBe(result.incident.restore_point?.backup?.id);
  const named = await recoverFull(contextOf(), options({ backup: result.incident.safety_backups[0]?.id ?? "" }));
  expect(named.obstacles).toEqual([]);
  expect(named.incident.preview?.hazards).toContainEqual(
    expect.stringContaining(`the safety backup of the incident ${result.incident.id}`),
  );
});
