import { existsSync, readFileSync } from "node:fs";
import { readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { socketUrl } from "../../test/support/cli.ts";
import { testVault, vaultPassword } from "../../test/support/vault.ts";
import { manifestSchema } from "../backup/manifest.ts";
import { systemClock } from "../base/clock.ts";
import { type Progress, silentProgress } from "../base/progress.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { connect } from "../postgres/connect.ts";
import { withDatabase } from "../postgres/target.ts";
import type { Session } from "../postgres/types.ts";
import { type ArchivedCluster, startArchivedCluster } from "../recovery/pgbackrest/archived-cluster.ts";
import { checkArchive } from "./check-archive.ts";
import type { UseCaseContext } from "./context.ts";
import { recoverFull } from "./recover-full.ts";
import { recoverPointInTime } from "./recover-point-in-time.ts";
import { rehearsePointInTime } from "./rehearse-point-in-time.ts";
import { loadSubject } from "./subject.ts";

/*
 * A team's own server under two writers. Somebody deletes half of the children, and people go on working. The team goes
 * back to look, and brings the children over: what was written since stays.
 */
let production: ArchivedCluster;
let session: Session;
let folder: Scratch;
let context: UseCaseContext;
let before = "";
let badXid = "";

beforeAll(async () => {
  folder = await scratchDirectory("pit");
  production = await startArchivedCluster();
  const target = withDatabase(production.target, "shop");
  await using admin = await connect(production.target, { readOnly: false });
  await admin.query("CREATE DATABASE shop");
  session = await connect(target, { readOnly: false });
  await session.query(`
    CREATE TABLE public.children (id int PRIMARY KEY, name text, created_at timestamptz DEFAULT clock_timestamp());
    CREATE TABLE public.visits (id bigserial PRIMARY KEY, at timestamptz DEFAULT clock_timestamp());
    CREATE UNLOGGED TABLE public.seen (id int PRIMARY KEY);
    INSERT INTO public.seen VALUES (1), (2);
    INSERT INTO public.children SELECT n, 'canary-' || n FROM generate_series(1, 100) AS n`);
  await production.backUp("full");
  // A copy that had it load would let nobody into that database.
  await admin.query("ALTER DATABASE postgres SET session_preload_libraries = 'not_on_this_machine'");
  let over = false;
  const write = async () => {
    await using writer = await connect(target, { readOnly: false });
    while (!over) await writer.query("INSERT INTO public.visits DEFAULT VALUES");
  };
  const writers = [write(), write()];
  await sleep(150);
  const [row] = await session.query<{ at: string }>(
    `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || ' UTC' AS at`,
  );
  before = row?.at ?? "";
  await sleep(50);
  const [bad] = await session.query<{ xid: string }>(
    "WITH gone AS (DELETE FROM public.children WHERE id % 2 = 0) SELECT txid_current()::text AS xid",
  );
  badXid = bad?.xid ?? "";
  await session.query("INSERT INTO public.children VALUES (1001, 'canary-new')");
  await sleep(100);
  over = true;
  await Promise.all(writers);
  await session.query("SELECT pg_switch_wal()");
  await writeFile(
    join(folder.path, "ithaca.yaml"),
    `version: 1\ndatabases:\n  shop:\n    critical_tables: [public.children]\n    point_in_time: { stanza: ${production.stanza} }\n`,
  );
  const url = socketUrl(target);
  context = {
    environment: { ...production.environment, ITHACA_DATABASE_URL: url, ITHACA_RECOVERY_URL: url },
    clock: systemClock,
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: folder.path,
  };
});
afterAll(async () => {
  await session?.[Symbol.asyncDispose]();
  await production?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const plan = "ithaca.yaml";
const counts = () =>
  session.query(
    "SELECT (SELECT count(*)::int FROM public.children) AS children, (SELECT count(*)::int FROM public.visits) AS visits",
  );

test("a look: what it was, what happened, what is different, and a backup of it that can be recovered from", async () => {
  const now = await counts();
  const result = await recoverPointInTime(context, { plan, to: before, look: ["children:2"], save: "then" });
  if (result.kind !== "view") throw new Error("it was no look");
  const { view } = result;
  expect(view.verdict).toBe("proven");
  expect(view.proven.checks.map(({ id, status }) => `${id} ${status}`)).toEqual([
    "point.origin passed",
    "point.before passed",
    "point.after passed",
  ]);
  expect(view.proven.remarks).toEqual([
    "Unlogged, so empty in the copy and in what is kept of it, whatever they held: public.seen.",
  ]);
  const [wrong] = view.proven.chronicle.filter(({ xid }) => xid === badXid);
  // Between the point and the deed the writers did not rest, so it may be beyond what is shown.
  if (wrong !== undefined) expect(wrong.did).toEqual(["public.children: 50 deleted"]);
  expect(view.changes.map(({ table, was, change }) => [table, was?.rows, change])).toEqual([
    ["public.children", 100, "changed"],
    // A copy is empty there, whatever it held.
    ["public.seen", 0, "unknown"],
    ["public.visits", expect.any(Number), "changed"],
  ]);
  expect(view.unsafeRecords).toEqual([
    {
      record: "children:2",
      was: { unsafeRecord: { id: "2", name: "canary-2", created_at: expect.any(String) }, why: null },
      is: { unsafeRecord: null, why: null },
    },
  ]);
  expect(view.destroyed).toBe(true);
  // Dated as of the point, not of its making.
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(folder.path, "then", "backup.json"), "utf8")));
  expect(manifest.database).toBe("shop");
  expect(Date.parse(manifest.taken_at)).toBeLessThanOrEqual(Date.parse(before.replace(" UTC", "Z").replace(" ", "T")));
  expect(view.saved).toEqual({ id: manifest.id, where: "--archive then" });
  expect(await counts()).toEqual(now);
  expect(existsSync(join(folder.path, "reports", "incidents"))).toBe(false);
});

test("a copy is kept in the vault, dated as of the point, and stays open until a person has seen enough", async () => {
  await using vault = await testVault();
  const seen = new AbortController();
  const during: unknown[] = [];
  const progress: Progress = {
    ...silentProgress,
    async step(title, work) {
      const [, host, port, user] =
        /^Open for 3600 s: psql "host=(\S+) port=(\d+) user=(\S+) dbname=shop options='-c session_preload_libraries= -c local_preload_libraries='"$/.exec(
          title,
        ) ?? [];
      if (host !== undefined) {
        const target = { ...production.target, host, port: Number(port), user: user ?? "", database: "shop" };
        await using copy = await connect(target, { readOnly: false });
        during.push(...(await copy.query("SELECT count(*)::int AS children FROM public.children")));
        seen.abort();
      }
      return await silentProgress.step(title, work);
    },
  };
  const environment = { ...context.environment, RESTIC_REPOSITORY: vault.repository, RESTIC_PASSWORD: vaultPassword };
  const here = { ...context, environment, progress, signal: seen.signal };
  const result = await recoverPointInTime(here, { plan, to: before, intoVault: true, hold: "1h" });
  if (result.kind !== "view") throw new Error("it was no look");
  expect(during).toEqual([{ children: 100 }]);
  const { saved, destroyed, verdict, next_steps } = result.view;
  expect({ destroyed, verdict }).toEqual({ destroyed: true, verdict: "proven" });
  expect(next_steps[1]).toContain(`recover full --into side-by-side --backup ${saved?.id}`);
  const planned = await recoverFull(
    { ...context, environment },
    { plan, into: "side-by-side", backup: saved?.id ?? "" },
  );
  const { restore_point, preview } = planned.incident;
  expect(Date.parse(restore_point?.at ?? "")).toBeLessThanOrEqual(
    Date.parse(before.replace(" UTC", "Z").replace(" ", "T")),
  );
  expect(preview?.losses).toContainEqual(
    expect.objectContaining({ table: "public.children", rows_now: 51, rows_then: 100 }),
  );
});

test("the children come back out of the copy, and what was written since stays", async () => {
  await using vault = await testVault();
  const environment = { ...context.environment, RESTIC_REPOSITORY: vault.repository, RESTIC_PASSWORD: vaultPassword };
  const [now] = await counts();
  const options = { plan, to: `just before transaction ${badXid}`, table: "public.children" };
  const done = await recoverPointInTime(
    { ...context, environment },
    { ...options, execute: true, confirm: "shop", watch: "1s", watchInterval: 1, reason: "half of the children" },
  );
  if (done.kind !== "recovery") throw new Error("it was a look");
  const { incident } = done.recovery;
  expect(incident).toMatchObject({ kind: "point-in-time", mode: "missing-rows", request: { to: options.to } });
  expect(incident.log.filter(({ event }) => event === "fault")).toEqual([]);
  expect(incident.verification?.checks.every(({ status }) => status === "passed")).toBe(true);
  expect(await counts()).toEqual([{ ...now, children: 101 }]);
  expect(JSON.stringify(await readdir(join(folder.path, "reports", "incidents")))).toContain(incident.id);
  expect(JSON.stringify(done.recovery)).not.toContain("canary");
});

test("a rehearsal goes back to a second that nobody chose, and leaves a report; one that cannot begin is not green", async () => {
  const report = await rehearsePointInTime(context, { plan });
  expect(report).toMatchObject({ kind: "point-in-time", verdict: "proven", engine: "pgbackrest", reason: "" });
  expect(report.checks.map(({ status }) => status)).toEqual(Array(11).fill("passed"));
  expect(readFileSync(join(folder.path, report.report.markdown), "utf8")).toContain("as far as this was looked at");
  const lost = { ...context, environment: { ...context.environment, PGBACKREST_CONFIG: "/nonexistent" } };
  const early = await rehearsePointInTime(lost, { plan });
  expect(early).toMatchObject({
    verdict: "inconclusive",
    checks: [],
    reason: expect.stringContaining("pgbackrest info"),
  });
});

test("the archive is looked at every night: whose it is, how far it reaches, whether it has gaps and keeps up", async () => {
  const subject = await loadSubject(context, { plan });
  const once = { tries: 1, pauseSeconds: 0 };
  const look = async (over: Partial<UseCaseContext> = {}) => {
    const { checks } = await checkArchive({ ...context, ...over }, subject, once);
    return checks.filter(({ status }) => status !== "passed").map(({ id, status, actual }) => ({ id, status, actual }));
  };
  expect(await look()).toEqual([]);
  const log = join(production.repository, "archive", production.stanza, "15-1");
  const [folderOf = ""] = await readdir(log);
  const segments = (await readdir(join(log, folderOf))).filter((name) => /^[0-9A-F]{24}-/.test(name)).sort();
  const newest = join(log, folderOf, segments.at(-1) ?? "");
  const inner = join(log, folderOf, segments.at(-2) ?? "");
  await rename(inner, `${inner}.away`);
  expect(await look()).toEqual([{ id: "archive.unbroken", status: "failed", actual: "1 missing" }]);
  await rename(`${inner}.away`, inner);
  await rename(newest, `${newest}.away`);
  expect(await look()).toEqual([
    { id: "archive.end", status: "failed", actual: expect.stringMatching(/^up to [0-9A-F]{24}, 16\.8 MB behind/) },
  ]);
  // What is still under way is waited for.
  const arrival = sleep(300).then(() => rename(`${newest}.away`, newest));
  const patient = await checkArchive(context, subject, { tries: 30, pauseSeconds: 0.2 });
  await arrival;
  expect(patient.checks.map(({ status }) => status)).toEqual(Array(5).fill("passed"));
  const { ITHACA_DATABASE_URL: _, ...unset } = context.environment;
  const unasked = await checkArchive({ ...context, environment: unset }, subject, once);
  expect(
    unasked.checks.filter(({ status }) => status !== "passed").map(({ id, reason }) => `${id}: ${reason}`),
  ).toEqual(
    ["origin", "unbroken", "end", "timeout"].map(
      (id) => `archive.${id}: ITHACA_DATABASE_URL is not set, so the server cannot be asked`,
    ),
  );
  const away = { environment: { ...context.environment, PGBACKREST_CONFIG: "/nonexistent" } };
  expect((await look(away)).map(({ id, status }) => `${id} ${status}`)).toEqual([
    "archive.origin not_run",
    "archive.window not_run",
    "archive.unbroken not_run",
    "archive.end not_run",
  ]);
});

test("what is asked for wrongly is refused before anything is restored", async () => {
  const ask = (to: string, more = {}) => recoverPointInTime(context, { plan, to, ...more });
  await expect(ask("2025-01-16 14:30:00")).rejects.toMatchObject({ id: "point.no_zone" });
  await expect(ask("2020-01-16 14:30:00 UTC")).rejects.toMatchObject({ id: "point.outside_window" });
  await expect(ask("2120-01-16 14:30:00 UTC")).rejects.toMatchObject({ id: "point.future" });
  const children = { table: "public.children" };
  await expect(ask("2120-01-16 14:30:00 UTC", children)).rejects.toMatchObject({ id: "point.future" });
  await expect(ask("2020-01-16 14:30:00 UTC", children)).rejects.toMatchObject({ id: "point.outside_window" });
  await expect(ask("just before transaction 999999")).rejects.toMatchObject({ id: "point.unfinished" });
  await expect(ask("latest", { timeline: "main" })).rejects.toMatchObject({ id: "point.bad_timeline" });
  await expect(ask("0 s ago", { save: "." })).rejects.toMatchObject({ id: "point.folder_not_empty" });
  await expect(ask("0 s ago", { intoVault: true })).rejects.toMatchObject({ id: "vault.not_configured" });
  const emptied = ask(before, { table: "public.seen", mode: "replace" });
  await expect(emptied).rejects.toMatchObject({ id: "point.unlogged" });
  await expect(ask("latest", { look: ["children"] })).rejects.toMatchObject({ id: "point.look_malformed" });
  await expect(ask("latest", { execute: true })).rejects.toMatchObject({ id: "point.nothing_to_execute" });
  await expect(ask("latest", { table: "public.children", execute: true, confirm: "shops" })).rejects.toMatchObject({
    id: "recovery.not_confirmed",
  });
  await expect(ask("latest", { table: "public.children", keepNewer: "created_at=noon" })).rejects.toMatchObject({
    id: "table.bad_decision",
  });
  const { ITHACA_RECOVERY_URL: _, ...reading } = context.environment;
  const unknown = { plan, to: "latest", table: "public.nothing" };
  await expect(recoverPointInTime({ ...context, environment: reading }, unknown)).rejects.toMatchObject({
    id: "table.no_table",
  });
  // Without production's connection string the plan's own name is taken.
  await writeFile(
    join(folder.path, "other.yaml"),
    `version: 1\ndatabases:\n  toys:\n    point_in_time: { stanza: ${production.stanza} }\n`,
  );
  const gone = { ...context, environment: production.environment };
  await expect(recoverPointInTime(gone, { plan: "other.yaml", to: before })).rejects.toMatchObject({
    ...{ id: "point.no_database", message: expect.stringContaining("no database toys, but postgres, shop;") },
  });
  const onGitHub = { ...context, environment: { ...context.environment, GITHUB_ACTIONS: "true" } };
  await expect(recoverPointInTime(onGitHub, { plan, to: "latest", look: ["children:2"] })).rejects.toMatchObject({
    id: "point.not_a_terminal",
  });
});
