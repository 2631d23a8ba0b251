import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { resticServer } from "../../test/support/restic-server.ts";
import {
  exclusiveLock,
  remoteVault,
  repositoryFiles,
  saveBackup,
  type TestVault,
  testVault,
  vaultPassword,
  writeBackup,
} from "../../test/support/vault.ts";
import { run } from "../base/child-process.ts";
import { measureDirectory } from "./directory.ts";
import { forgetSchema } from "./retention.ts";
import { tagsOf } from "./tags.ts";
import type { RetainOptions } from "./types.ts";

/** When the last backup run was. */
const night = new Date("2026-11-22T02:30:00Z");
const full = { at: night, vaultFull: true };

const week = { daily: 7, weekly: 0, monthly: 0, yearly: 0 };

function options(changes: Partial<RetainOptions> = {}): RetainOptions {
  return {
    database: "app",
    keep: week,
    proven: [],
    lastFailure: null,
    maxAge: 26 * 3600,
    now: new Date("2026-11-22T03:00:00Z"),
    dryRun: false,
    ...changes,
  };
}

/** Saves a backup a day up to the 22nd. */
async function saveDays(test: TestVault, days: number): Promise<void> {
  for (let day = 22 - days + 1; day <= 22; day += 1) {
    await saveBackup(test, { day: `2026-11-${String(day).padStart(2, "0")}`, files: { "dump/toc.dat": `day ${day}` } });
  }
}

async function daysLeft(test: TestVault): Promise<string[]> {
  return (await test.vault.list("app")).entries.map((entry) => entry.taken_at.slice(8, 10));
}

/** Restic called by hand, without the vault's own options. */
function restic(test: TestVault, args: readonly string[], cwd = test.path) {
  const env = { RESTIC_REPOSITORY: test.repository, RESTIC_PASSWORD: vaultPassword };
  return run("restic", ["--no-cache", ...args], { env, cwd });
}

/** Saves a day's backup from a host and a folder of its own, as runners do; or under another time, as only a forger does. */
async function saveFromRunner(test: TestVault, day: string, time = `${day} 02:00:05`): Promise<void> {
  const directory = join(test.path, `runner-${day}`);
  const label = await writeBackup(directory, { day, files: { "dump/toc.dat": `day ${day}` } });
  const { bytes, files } = await measureDirectory(directory);
  const tags = tagsOf(label, bytes, files, new Date(label.taken_at));
  await restic(test, ["backup", ".", "--host", `runner-${day}`, "--time", time, "--tag", tags], directory);
}

test("of nine days from nine hosts and folders exactly seven remain, and the room is given back", async () => {
  await using test = await testVault();
  for (let day = 14; day <= 22; day += 1) await saveFromRunner(test, `2026-11-${day}`);
  const packs = (await repositoryFiles(test.repository, "data")).length;
  const byDefault = await restic(test, ["forget", "--dry-run", "--json", "--keep-daily", "7"]);
  expect(forgetSchema.parse(JSON.parse(byDefault.stdout)).flatMap((group) => group.remove ?? [])).toEqual([]);
  const result = await test.vault.retain(options());
  expect(result.removed).toBe(true);
  expect(result.remove.map((entry) => entry.taken_at.slice(8, 10))).toEqual(["15", "14"]);
  expect(await daysLeft(test)).toEqual(["22", "21", "20", "19", "18", "17", "16"]);
  expect((await repositoryFiles(test.repository, "data")).length).toBeLessThan(packs);
});

test("the newest proven backup of the vault stays, however old and whatever else was proven, and every reason is told", async () => {
  await using test = await testVault();
  await saveDays(test, 4);
  const newestProven = "2026-11-19T02-00-05Z-app-4f1c2a9b";
  const elsewhere = ["b.dump-e6812004", "2026-11-23T02-00-05Z-app-4f1c2a9b"];
  const { keep, remove } = await test.vault.retain(
    options({ proven: [...elsewhere, newestProven], keep: { ...week, daily: 2 } }),
  );
  expect(keep.find(({ entry }) => entry.id === newestProven)?.reasons).toEqual(["newest proven backup"]);
  expect(keep[0]?.reasons).toEqual(["newest backup", expect.stringContaining("daily")]);
  expect(remove.map((entry) => entry.taken_at.slice(8, 10))).toEqual(["20"]);
  expect(await daysLeft(test)).toEqual(["22", "21", "19"]);
});

test("a safety backup takes no usual one's place", async () => {
  await using test = await testVault();
  await saveDays(test, 3);
  const directory = join(test.path, "safety");
  for (const hour of [10, 11]) {
    const label = await writeBackup(directory, { day: "2026-11-22" });
    const taken_at = `2026-11-22T${hour}:00:00Z`;
    await test.vault.save(directory, { ...label, id: `safety-${hour}`, taken_at, purpose: "safety" });
  }
  const now = new Date("2026-11-22T12:00:00Z");
  const of = ({ entry }: { entry: { id: string; taken_at: string } }) => entry.taken_at.slice(8, 13);
  const { keep, remove } = await test.vault.retain(options({ keep: { ...week, daily: 2 }, now }));
  expect(keep.map(of)).toEqual(["22T11", "22T02", "21T02"]);
  expect(remove.map((entry) => of({ entry }))).toEqual(["22T10", "20T02"]);
});

test("other databases and other people's snapshots are left alone", async () => {
  await using test = await testVault();
  await saveBackup(test, { database: "shop", day: "2026-11-01" });
  await restic(test, ["backup", "backup", "--time", "2020-01-01 00:00:00"]);
  await saveDays(test, 3);
  await test.vault.retain(options({ keep: { ...week, daily: 1 } }));
  expect(await daysLeft(test)).toEqual(["22"]);
  expect(await repositoryFiles(test.repository, "snapshots")).toHaveLength(3);
});

test("a backup that was uploaded twice goes with all its uploads, or stays with all", async () => {
  await using test = await testVault();
  await saveDays(test, 3);
  for (const day of ["2026-11-20", "2026-11-22"]) await saveBackup(test, { day });
  await test.vault.retain(options({ keep: { ...week, daily: 2 } }));
  expect(await daysLeft(test)).toEqual(["22", "21"]);
  expect(await repositoryFiles(test.repository, "snapshots")).toHaveLength(3);
});

test("a dry run removes nothing", async () => {
  await using test = await testVault();
  await saveDays(test, 3);
  const result = await test.vault.retain(options({ keep: { ...week, daily: 1 }, dryRun: true }));
  expect([result.removed, result.remove.length]).toEqual([false, 2]);
  expect(await daysLeft(test)).toHaveLength(3);
});

test.each([
  ["the last run failed", { lastFailure: { at: night, vaultFull: false } }, "last backup run failed"],
  ["the vault was full, days ago", { lastFailure: full, now: new Date("2026-11-24T03:00:00Z") }, "is 2 d old"],
  ["the newest is too old", { now: new Date("2026-11-24T03:00:00Z") }, "is 2 d old"],
  ["the newest is of the future", { now: new Date("2026-11-20T03:00:00Z") }, "in the future"],
  ["there is none", { database: "shop" }, "none at all"],
] as const)("removes nothing where %s", async (_name, changes, why) => {
  await using test = await testVault();
  await saveDays(test, 2);
  const work = test.vault.retain(options({ keep: { ...week, daily: 1 }, ...changes }));
  await expect(work).rejects.toMatchObject({ id: "vault.retention_refused", message: expect.stringContaining(why) });
  expect(await daysLeft(test)).toHaveLength(2);
});

test("removes nothing where the newest is incomplete, or a snapshot is of another time than its backup or damaged", async () => {
  await using test = await testVault();
  await saveDays(test, 2);
  const tags = ["ithaca", "database=app", "id=x", "taken=2026-11-22T02:30:00Z", "saved=2026-11-22T02:30:00Z"];
  const tagged = [...tags, "size=9", "files=9", "digest=d"].join(",");
  await restic(test, ["-q", "backup", ".", "--time", "2026-11-22 02:30:00", "--tag", tagged]);
  const work = () => test.vault.retain(options({ keep: { ...week, daily: 1 } }));
  await expect(work()).rejects.toMatchObject({ message: expect.stringContaining("is incomplete") });
  const inFull = test.vault.retain(options({ lastFailure: full, proven: ["2026-11-22T02-00-05Z-app-4f1c2a9b"] }));
  await expect(inFull).rejects.toMatchObject({ message: expect.stringContaining("is incomplete") });
  await saveFromRunner(test, "2026-10-01", "2026-11-23 02:00:00");
  await expect(work()).rejects.toMatchObject({ message: expect.stringContaining("cannot be read") });
  const [file] = await repositoryFiles(test.repository, "snapshots");
  await run("truncate", ["-s", "20", file ?? ""]);
  const damaged = basename(file ?? "").slice(0, 8);
  await expect(work()).rejects.toMatchObject({ message: expect.stringContaining(damaged) });
});

test("a dead run's lock is removed, a living run's is not", async () => {
  await using test = await testVault();
  await saveDays(test, 2);
  await using holder = await exclusiveLock(test.repository);
  const work = () => test.vault.retain(options({ keep: { ...week, daily: 1 } }));
  await expect(work()).rejects.toMatchObject({ id: "vault.locked" });
  expect(await daysLeft(test)).toHaveLength(2);
  await holder.kill();
  expect((await work()).removed).toBe(true);
  expect(await repositoryFiles(test.repository, "locks")).toEqual([]);
});

test("a full vault is no dead end: the rules go on however old the newest is, and nothing is written anew first", async () => {
  await using test = await testVault();
  const [shared, alone] = [randomBytes(200_000), randomBytes(200_000)];
  await saveBackup(test, { day: "2026-11-20", files: { "dump/a": shared, "dump/b": alone } });
  for (const day of ["2026-11-21", "2026-11-22"]) await saveBackup(test, { day, files: { "dump/a": shared } });
  await using server = await resticServer(test.repository, {
    refuse: (method, path) => (method === "POST" && path.startsWith("/data/") ? 507 : undefined),
  });
  const now = new Date("2026-11-25T03:00:00Z");
  const later = { now, lastFailure: { at: new Date("2026-11-25T02:00:00Z"), vaultFull: true } };
  const work = (proven: readonly string[]) =>
    remoteVault(server.url).retain(options({ ...later, proven, keep: { ...week, daily: 1 } }));
  await expect(work(["b.dump-e6812004"])).rejects.toMatchObject({ id: "vault.retention_unproven", kind: "failed" });
  expect(await daysLeft(test)).toEqual(["22", "21", "20"]);
  expect((await work(["2026-11-21T02-00-05Z-app-4f1c2a9b"])).removed).toBe(true);
  expect(await daysLeft(test)).toEqual(["22", "21"]);
});

test("what a backup left that found no room is cleared, although no backup has to go", async () => {
  await using test = await testVault();
  await saveDays(test, 2);
  const [kept] = await repositoryFiles(test.repository, "data");
  const stray = join(test.repository, "data", "ab", "ab".repeat(32));
  await run("cp", [kept ?? "", stray]);
  const proven = ["2026-11-22T02-00-05Z-app-4f1c2a9b"];
  expect((await test.vault.retain(options({ proven, lastFailure: full }))).removed).toBe(false);
  expect(await repositoryFiles(test.repository, "data")).not.toContain(stray);
  expect(await daysLeft(test)).toEqual(["22", "21"]);
});

test("where not even a lock finds room, a backup still comes back, and a removal says what to do", async () => {
  await using test = await testVault();
  await saveDays(test, 2);
  await using server = await resticServer(test.repository, {
    refuse: (method, path) => (method === "POST" && path.startsWith("/locks/") ? 507 : undefined),
  });
  const vault = remoteVault(server.url);
  const [newest] = (await vault.list("app")).entries;
  if (newest === undefined) throw new Error("no backup");
  const warnings: string[] = [];
  await vault.fetch(newest, join(test.path, "out"), { warn: (text) => warnings.push(text) });
  expect(warnings).toEqual([expect.stringContaining("read without a lock")]);
  const work = vault.retain(options({ proven: [newest.id], lastFailure: full, keep: { ...week, daily: 1 } }));
  await expect(work).rejects.toMatchObject({ id: "vault.no_room_to_remove", kind: "surroundings" });
  expect(await daysLeft(test)).toEqual(["22", "21"]);
});
