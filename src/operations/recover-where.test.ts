import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { socketUrl } from "../../test/support/cli.ts";
import { openShop, type Shop } from "../../test/support/shop.ts";
import { vaultPassword } from "../../test/support/vault.ts";
import { digestOf } from "../backup/files.ts";
import { readManifest } from "../backup/open-backup.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { connect } from "../postgres/connect.ts";
import { describeTarget, withDatabase } from "../postgres/target.ts";
import { incidentsDirectory, writeIncident } from "../recovery/incident.ts";
import { pageName } from "../recovery/page/incident-page.ts";
import { localVault } from "../vault/vault.ts";
import { backup } from "./backup.ts";
import type { UseCaseContext } from "./context.ts";
import { recoverFull } from "./recover-full.ts";
import { recoverTable } from "./recover-table.ts";

/* Where a recovery writes to, and what it takes the rows from. */

let shop: Shop;
let staging: string;
let nightly: string;
let original: string;
beforeAll(async () => {
  shop = await openShop();
  await shop.database.session.query("CREATE DATABASE staging TEMPLATE template0");
  const target = withDatabase(shop.database.target, "staging");
  staging = socketUrl(target);
  await using session = await connect(target, { readOnly: false });
  await session.query("CREATE TABLE public.orders (id int PRIMARY KEY, buyer text NOT NULL)");
  await session.query("INSERT INTO public.orders VALUES (0, 'of staging')");
  await backup(contextOf(), { plan: "ithaca.yaml", init: true });
  const [entry] = (await vault().list("shop")).entries;
  if (entry === undefined) throw new Error("there is no backup");
  nightly = entry.id;
  original = join(shop.folder, "original");
  await vault().fetch(entry, original);
});
afterAll(() => shop[Symbol.asyncDispose]());

function contextOf(recovery = shop.env.ITHACA_DATABASE_URL ?? ""): UseCaseContext {
  return {
    environment: { PATH: process.env.PATH, HOME: shop.folder, ...shop.env, ITHACA_RECOVERY_URL: recovery },
    clock: systemClock,
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: shop.folder,
  };
}

const vault = () => localVault(shop.env.RESTIC_REPOSITORY ?? "", vaultPassword);
const table = { plan: "ithaca.yaml", table: "public.orders", mode: "replace" } as const;
const confirmed = { execute: true, confirm: "shop", reason: "a test", watch: "1s" } as const;

async function rows(database: string): Promise<number> {
  await using session = await connect(withDatabase(shop.database.target, database), { readOnly: true });
  return (await session.query("SELECT FROM public.orders")).length;
}

test("a table is not recovered into another database than the one that the backups are of", async () => {
  for (const more of [{}, confirmed]) {
    const refused = recoverTable(contextOf(staging), { ...table, ...more });
    await expect(refused).rejects.toMatchObject({ id: "recovery.other_server", exitCode: 2 });
  }
  expect(await rows("staging")).toBe(1);
  expect((await vault().list("shop")).entries).toHaveLength(1);
});

test("an unfinished recovery is not gone on with in another database", async () => {
  const { incident } = await recoverFull(contextOf(), { plan: "ithaca.yaml", into: "side-by-side" });
  const reports = incidentsDirectory(join(shop.folder, "reports"));
  const open = { ...incident, state: { step: "execute", outcome: null } as const };
  await writeIncident(reports, open);
  const elsewhere = recoverFull(contextOf(staging), { plan: "ithaca.yaml", into: "side-by-side", ...confirmed });
  await expect(elsewhere).rejects.toMatchObject({ id: "recovery.other_server", exitCode: 2 });
  expect(await rows("staging")).toBe(1);
  await writeIncident(reports, { ...open, state: { step: "ended", outcome: "failed" } });
});

test.each([
  ["is not set", { ITHACA_DATABASE_URL: undefined }, "its reading credential is not set"],
  ["leads to a server that is down", { ITHACA_DATABASE_URL: "postgres://a@127.0.0.1:1/shop" }, "it does not answer"],
])("where the reading credential %s, the plan of a table says that nobody could compare the two", async (_, env, why) => {
  const context = contextOf();
  const { incident } = await recoverTable({ ...context, environment: { ...context.environment, ...env } }, table);
  const target = describeTarget(shop.database.target);
  expect(incident.preview?.hazards).toContainEqual(
    expect.stringMatching(`Nobody could compare ${RegExp.escape(target)}.*${why}.*make sure yourself`),
  );
  const { incident: compared } = await recoverTable(context, table);
  expect(compared.preview?.hazards.join()).not.toContain("Nobody could compare");
});

test("a database that is gone is no other one: what was begun there is looked at, and left to a person", async () => {
  const gone = socketUrl(withDatabase(shop.database.target, "gone"));
  const context = contextOf(gone);
  const lost = { ...context, environment: { ...context.environment, ITHACA_DATABASE_URL: gone } };
  const none = { verdict: "inconclusive", reason: expect.stringContaining("has no database gone") };
  expect(await recoverTable(lost, table)).toMatchObject(none);

  const { incident } = await recoverFull(contextOf(), { plan: "ithaca.yaml", into: "side-by-side" });
  const reports = incidentsDirectory(join(shop.folder, "reports"));
  await writeIncident(reports, { ...incident, state: { step: "execute", outcome: null } });
  const looked = await recoverFull(lost, { plan: "ithaca.yaml", into: "side-by-side", ...confirmed });
  expect(looked.incident.state.outcome).toBe("needs_person");
  expect(looked.incident.log.map(({ says }) => says).join()).toContain(
    "gone is neither the old nor the restored database",
  );
});

test("the plan says where the rows go to, and how many of now go, also where as many come", async () => {
  await shop.database.session.query(`UPDATE public.orders SET id = id + 5000 WHERE id <= 50`);
  const { incident } = await recoverTable(contextOf(), table);
  expect(incident.preview?.summary).toContain(`into ${describeTarget(shop.database.target)} (replace)`);
  expect(incident.preview?.losses).toEqual([
    { table: "public.orders", rows_now: 1000, rows_then: 1000, younger: null, gone: 50 },
  ]);
  const done = await recoverTable(contextOf(), { ...table, ...confirmed });
  expect(done.verdict).toBe("proven");
  const page = await readFile(join(shop.folder, "reports", "incidents", pageName(done.incident)), "utf8");
  expect(page).toContain("50 rows that the restore point does not have");
  expect(await readFile(join(shop.folder, done.report?.json ?? ""), "utf8")).toMatch(
    /"lost_rows": \{\s*"public.orders": 50\s*\}/,
  );
  expect(await rows("shop")).toBe(1000);
});

test("what would do worse than the plan that was read is refused until the plan is read again", async () => {
  const incident = "2026-11-22-as-shown";
  const planned = () => recoverTable(contextOf(), { ...table, backup: nightly, incident });
  await planned();
  await shop.database.session.query(
    "INSERT INTO public.orders SELECT n, 'since' FROM generate_series(2001, 5000) AS n",
  );
  const execute = () => recoverTable(contextOf(), { ...table, backup: nightly, incident, ...confirmed });
  await expect(execute()).rejects.toMatchObject({ id: "recovery.obstacles", exitCode: 2 });
  await expect(execute()).rejects.toThrow(/3000 rows would be gone, and it showed 0/);
  expect(await rows("shop")).toBe(4000);
  await planned();
  expect((await execute()).verdict).toBe("proven");
  expect(await rows("shop")).toBe(1000);
});

test("the safety backup is the newest one afterwards, and is only taken by its name", async () => {
  const [newest] = (await vault().list("shop")).entries;
  expect(newest).toMatchObject({ purpose: "safety" });
  const latest = await recoverTable(contextOf(), table);
  expect(latest.incident.restore_point?.backup?.id).toBe(nightly);
  const named = await recoverTable(contextOf(), { ...table, backup: newest?.id ?? "" });
  expect(named).toMatchObject({ verdict: "proven", obstacles: [] });
  expect(named.incident.preview?.hazards).toContainEqual(expect.stringContaining("is the safety backup"));
});

test("a backup that was put in the place of the recorded one is refused", async () => {
  const folder = join(shop.folder, "forged");
  const entry = (await vault().list("shop")).entries.find(({ id }) => id === nightly);
  if (entry === undefined) throw new Error("the nightly backup is gone");
  await vault().fetch(entry, folder);
  const manifest = { ...(await readManifest(folder)), started_at: "2026-01-01T00:00:00.000Z" };
  const forged = { ...manifest, digest: digestOf(manifest) };
  await writeFile(join(folder, "backup.json"), JSON.stringify(forged));
  await vault().save(folder, forged);
  expect((await vault().list("shop")).entries.find(({ id }) => id === nightly)?.digest).toBe(forged.digest);
  for (const from of [{ backup: nightly }, { archive: folder }]) {
    const refused = await recoverTable(contextOf(), { ...table, ...from });
    expect(refused).toMatchObject({ verdict: "failed", reason: expect.stringContaining("that was recorded") });
  }
  expect(await readFile(join(folder, "backup.json"), "utf8")).toContain(forged.digest);
});

test("a production of which nothing at all is left comes back", async () => {
  await shop.database.session.query("DROP TABLE public.orders");
  const back = await recoverFull(contextOf(), {
    plan: "ithaca.yaml",
    into: "in-place",
    archive: original,
    ...confirmed,
  });
  expect(back).toMatchObject({ verdict: "proven", incident: { safety_backups: [] } });
  expect(back.incident.no_safety_backup).toContain("nothing to back up");
  expect(await rows("shop")).toBe(1000);
});
