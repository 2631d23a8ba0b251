import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resticServer } from "../../test/support/restic-server.ts";
import { remoteVault, repositoryFiles, saveBackup, testVault } from "../../test/support/vault.ts";
import { IthacaError } from "../base/errors.ts";

test("the newest backup of the database is on its way before anybody knows its id", async () => {
  await using test = await testVault();
  await saveBackup(test, { day: "2026-11-21" });
  const newest = await saveBackup(test, { day: "2026-11-22", files: { "dump/toc.dat": "today's" } });
  await saveBackup(test, { day: "2026-11-23", database: "other" });
  const out = join(test.path, "out");
  await using early = test.vault.beginFetch("app", out);
  expect(await early.take(newest)).toBe(true);
  expect(await readFile(join(out, "dump/toc.dat"), "utf8")).toBe("today's");
  await early[Symbol.asyncDispose]();
  expect((await readdir(out)).sort()).toEqual(["backup.json", "dump"]);
  expect(await repositoryFiles(test.repository, "locks")).toEqual([]);
});

test("another backup than the one that came is left to be fetched, into an empty destination", async () => {
  await using test = await testVault();
  const older = await saveBackup(test, { day: "2026-11-21" });
  await saveBackup(test, { day: "2026-11-22" });
  const out = join(test.path, "out");
  await using early = test.vault.beginFetch("app", out);
  expect(await early.take(older)).toBe(false);
  await test.vault.fetch(older, out);
  expect(await readFile(join(out, "backup.json"), "utf8")).toContain(older.id);
  await using none = test.vault.beginFetch("nobody's", join(test.path, "none"));
  expect(await none.take(older)).toBe(false);
});

test("a backup that was on its way and did not come whole is told, and not fetched a second time", async () => {
  await using test = await testVault();
  const entry = await saveBackup(test);
  await using short = test.vault.beginFetch("app", join(test.path, "short"));
  await expect(short.take({ ...entry, files: 9 })).rejects.toMatchObject({ id: "vault.incomplete_fetch" });
  const out = join(test.path, "out");
  await mkdir(out);
  await writeFile(join(out, "dump"), "where restic wants a folder");
  await using early = test.vault.beginFetch("app", out);
  await expect(early.take(entry)).rejects.toBeInstanceOf(IthacaError);
});

test("one that nobody takes any more is stopped, and leaves no lock", async () => {
  await using test = await testVault();
  await saveBackup(test);
  let served: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    served = resolve;
  });
  let release: () => void = () => {};
  await using server = await resticServer(test.repository, {
    delay: (method, path) => {
      if (method !== "GET" || !path.startsWith("/data/")) return undefined;
      served();
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    },
  });
  {
    await using _early = remoteVault(server.url).beginFetch("app", join(test.path, "out"));
    await reached;
  }
  release();
  expect(await repositoryFiles(test.repository, "locks")).toEqual([]);
});
