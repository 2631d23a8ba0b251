import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  exclusiveLock,
  repositoryFiles,
  saveBackup,
  type TestVault,
  testVault,
  writeBackup,
} from "../../test/support/vault.ts";
import type { VaultCheckOptions } from "./types.ts";

async function statuses(test: TestVault, changes: Partial<VaultCheckOptions> = {}): Promise<Record<string, string>> {
  const options = { database: "app", maxAge: 26 * 3600, days: 7, now: new Date("2026-11-22T03:00:00Z"), ...changes };
  const checks = await test.vault.check(options);
  return Object.fromEntries(checks.map((check) => [check.id.replace("vault.", ""), check.status]));
}

const good = {
  newest: "passed",
  readable: "passed",
  days: "passed",
  sizes: "passed",
  complete: "passed",
  digest: "passed",
  structure: "passed",
};

test("a good vault passes, down to the last byte", async () => {
  await using test = await testVault();
  const saved = await saveBackup(test);
  const recordedDigest = { id: saved.id, digest: saved.digest };
  const digestOf = async () => saved.digest;
  expect(await statuses(test, { read: "all", recordedDigest, digestOf })).toEqual(good);
});

test("a backup that is not the recorded one fails, and so does one whose content has another digest", async () => {
  await using test = await testVault();
  const saved = await saveBackup(test);
  const recordedDigest = { id: saved.id, digest: "other" };
  expect(await statuses(test, { recordedDigest })).toEqual({ ...good, digest: "failed" });
  expect(await statuses(test, { digestOf: async () => "other" })).toEqual({ ...good, digest: "failed" });
});

test("a newer backup that was recorded and is no longer in the vault fails", async () => {
  await using test = await testVault();
  const saved = await saveBackup(test);
  const recordedDigest = { id: `9999-${saved.id}`, digest: saved.digest };
  expect(await statuses(test, { recordedDigest })).toEqual({ ...good, digest: "failed" });
});

test("a backup without one of its files fails", async () => {
  await using test = await testVault();
  const directory = join(test.path, "backup");
  const label = await writeBackup(directory, { files: { "dump/toc.dat": "toc", "dump/1.dat": "rows" } });
  await rm(join(directory, "dump/1.dat"));
  await test.vault.save(directory, label);
  expect(await statuses(test)).toEqual({ ...good, complete: "failed" });
});

test("another backup under today's name fails", async () => {
  await using test = await testVault();
  const directory = join(test.path, "backup");
  const label = await writeBackup(directory, { day: "2026-11-21" });
  await test.vault.save(directory, {
    ...label,
    id: "2026-11-22T02-00-05Z-app-4f1c2a9b",
    taken_at: "2026-11-22T02:00:05Z",
  });
  expect(await statuses(test)).toEqual({ ...good, digest: "failed" });
});

test("an empty vault fails", async () => {
  await using test = await testVault();
  expect(await statuses(test)).toMatchObject({ newest: "failed", days: "failed", sizes: "not_run" });
});

test("a lost pack is found", async () => {
  await using test = await testVault();
  await saveBackup(test);
  for (const file of await repositoryFiles(test.repository, "data")) await rm(file);
  expect(await statuses(test)).toMatchObject({ newest: "passed", complete: "failed", structure: "failed" });
});

test("a lost index is found", async () => {
  await using test = await testVault();
  await saveBackup(test);
  for (const file of await repositoryFiles(test.repository, "index")) await rm(file);
  expect(await statuses(test)).toMatchObject({ complete: "failed", structure: "failed" });
});

test("while another run holds the vault its structure is not judged; after its death it is", async () => {
  await using test = await testVault();
  await saveBackup(test);
  await using holder = await exclusiveLock(test.repository);
  expect(await statuses(test)).toEqual({ ...good, structure: "not_run" });
  await holder.kill();
  expect(await statuses(test)).toEqual(good);
});
