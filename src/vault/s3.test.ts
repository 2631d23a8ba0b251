import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { s3Server } from "../../test/support/s3-server.ts";
import { vaultPassword, writeBackup } from "../../test/support/vault.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { openVault } from "./vault.ts";

test("a vault in a bucket: made, filled, listed, checked to the last byte, fetched, and kept short", async () => {
  await using server = await s3Server("vault");
  await using scratch = await scratchDirectory("s3-backups");
  const vault = openVault({ PATH: process.env.PATH, ...server.env, RESTIC_PASSWORD: vaultPassword });
  expect(vault.repository).not.toContain("canary");
  expect(await vault.initialise()).toBe(true);

  const directory = join(scratch.path, "backup");
  for (const day of ["2026-11-21", "2026-11-22"]) {
    await vault.save(directory, await writeBackup(directory, { day }));
  }
  const { entries } = await vault.list("app");
  expect(entries).toHaveLength(2);
  const [newest] = entries.toSorted((a, b) => b.taken_at.localeCompare(a.taken_at));
  if (newest === undefined) throw new Error("there is no backup");
  await vault.fetch(newest, join(scratch.path, "out"));
  expect((await readdir(join(scratch.path, "out"))).sort()).toEqual((await readdir(directory)).sort());

  const now = new Date("2026-11-22T12:00:00Z");
  const checks = await vault.check({ database: "app", maxAge: 86_400, days: 2, now, read: "all" });
  expect(checks.map(({ id, status }) => [id, status])).toEqual(checks.map(({ id }) => [id, "passed"]));

  const keep = { daily: 1, weekly: 0, monthly: 0, yearly: 0 };
  const rules = { database: "app", keep, proven: [newest.id], lastFailure: null, maxAge: 86_400, now };
  expect((await vault.retain({ ...rules, dryRun: false })).removed).toBe(true);
  expect((await vault.list("app")).entries).toHaveLength(1);
  expect(server.requests.some((request) => request.startsWith("PUT /vault/data/"))).toBe(true);
});

test("a bucket that is not there is said, and not made", async () => {
  await using server = await s3Server("vault");
  const elsewhere = { ...server.env, RESTIC_REPOSITORY: `${server.env.RESTIC_REPOSITORY}-of-somebody-else` };
  const vault = openVault({ PATH: process.env.PATH, ...elsewhere, RESTIC_PASSWORD: vaultPassword });
  await expect(vault.list()).rejects.toMatchObject({ id: "vault.no_repository", kind: "surroundings" });
  expect(server.requests.filter((request) => request.startsWith("PUT"))).toEqual([]);
});
