import { spawn } from "node:child_process";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appendOnly, resticServer } from "../../test/support/restic-server.ts";
import {
  exclusiveLock,
  remoteVault,
  repositoryFiles,
  saveBackup,
  testVault,
  vaultPassword,
  writeBackup,
} from "../../test/support/vault.ts";
import { run } from "../base/child-process.ts";

test("backup, list and fetch need no right to delete; retention does", async () => {
  await using test = await testVault();
  await using server = await resticServer(test.repository, { refuse: appendOnly });
  const vault = remoteVault(server.url);
  const directory = join(test.path, "backup");
  for (const day of ["2026-11-21", "2026-11-22"]) {
    await vault.save(directory, await writeBackup(directory, { day }));
  }
  const { entries } = await vault.list("app");
  expect(entries).toHaveLength(2);
  for (const entry of entries) await vault.fetch(entry, join(test.path, entry.id));
  const deletions = server.requests.filter((request) => request.startsWith("DELETE"));
  expect(deletions.filter((request) => !request.startsWith("DELETE /locks/"))).toEqual([]);
  const retention = vault.retain({
    database: "app",
    keep: { daily: 1, weekly: 0, monthly: 0, yearly: 0 },
    proven: [],
    lastFailure: null,
    maxAge: 86_400,
    now: new Date("2026-11-22T03:00:00Z"),
    dryRun: false,
  });
  await expect(retention).rejects.toMatchObject({ id: "vault.denied" });
  expect((await vault.list("app")).entries).toHaveLength(2);
});

test("a backup arrives even where not so much as a lock may be deleted", async () => {
  await using test = await testVault();
  await using server = await resticServer(test.repository, {
    refuse: (method) => (method === "DELETE" ? 403 : undefined),
  });
  const directory = join(test.path, "backup");
  const warnings: string[] = [];
  const options = { warn: (text: string) => warnings.push(text) };
  const saved = await remoteVault(server.url).save(directory, await writeBackup(directory), options);
  expect(warnings).toEqual([expect.stringContaining("lock")]);
  expect((await test.vault.list()).entries).toMatchObject([{ id: saved.id }]);
});

test("a credential that may only read can list and fetch", async () => {
  await using test = await testVault();
  const saved = await saveBackup(test);
  await using server = await resticServer(test.repository, {
    refuse: (method) => (method === "GET" || method === "HEAD" ? undefined : 403),
  });
  const vault = remoteVault(server.url);
  expect((await vault.list()).entries).toHaveLength(1);
  await vault.fetch(saved, join(test.path, "out"));
  expect((await readdir(join(test.path, "out"))).sort()).toEqual(["backup.json", "dump"]);
});

test("an upload that is killed in the middle is no backup, and the next one works", async () => {
  await using test = await testVault();
  const hold = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  await using server = await resticServer(test.repository, {
    delay: (method, path) => {
      if (method !== "POST" || !path.startsWith("/data/")) return undefined;
      reached.resolve();
      return hold.promise;
    },
  });
  const directory = join(test.path, "backup");
  const label = await writeBackup(directory, { files: { "dump/1.dat": Buffer.alloc(3_000_000, 1) } });
  const child = spawn("restic", ["--no-cache", "-q", "backup", ".", "--tag", "ithaca"], {
    cwd: directory,
    env: { ...process.env, RESTIC_REPOSITORY: server.url, RESTIC_PASSWORD: vaultPassword },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await reached.promise;
  child.kill("SIGKILL");
  await ended;
  hold.resolve();
  expect(await repositoryFiles(test.repository, "locks")).toHaveLength(1);
  expect((await test.vault.list()).entries).toEqual([]);
  const saved = await test.vault.save(directory, label);
  expect((await test.vault.list()).entries).toHaveLength(1);
  await test.vault.fetch(saved, join(test.path, "out"));
});

test("a stopped save leaves no lock and no backup", async () => {
  await using test = await testVault();
  const stop = new AbortController();
  const never = Promise.withResolvers<void>();
  await using server = await resticServer(test.repository, {
    delay: (method, path) => {
      if (method !== "POST" || !path.startsWith("/data/")) return undefined;
      stop.abort();
      return never.promise;
    },
  });
  const directory = join(test.path, "backup");
  const label = await writeBackup(directory);
  await expect(remoteVault(server.url).save(directory, label, { signal: stop.signal })).rejects.toThrow();
  never.resolve();
  expect(await repositoryFiles(test.repository, "locks")).toEqual([]);
  expect((await test.vault.list()).entries).toEqual([]);
});

test("a read goes on without a lock where a dead run left the vault locked", async () => {
  await using test = await testVault();
  const saved = await saveBackup(test);
  await using _lock = await exclusiveLock(test.repository);
  const warnings: string[] = [];
  await test.vault.fetch(saved, join(test.path, "out"), { warn: (text) => warnings.push(text) });
  expect(warnings).toEqual([expect.stringContaining("without a lock")]);
});

test("no password is in any argument", async () => {
  await using test = await testVault();
  const spy = join(test.path, "bin");
  await mkdir(spy);
  const log = join(test.path, "arguments");
  const real = (await run("sh", ["-c", "command -v restic"])).stdout;
  await writeFile(join(spy, "restic"), `#!/bin/sh\necho "$@" >> ${log}\nexec ${real} "$@"\n`);
  await chmod(join(spy, "restic"), 0o755);
  const path = process.env.PATH;
  process.env.PATH = `${spy}:${path}`;
  try {
    await using server = await resticServer(test.repository);
    const vault = remoteVault(server.url);
    const directory = join(test.path, "backup");
    const saved = await vault.save(directory, await writeBackup(directory));
    await vault.list();
    await vault.fetch(saved, join(test.path, "out"));
    expect(vault.repository).not.toContain("canary");
  } finally {
    process.env.PATH = path;
  }
  const lines = (await readFile(log, "utf8")).trim().split("\n");
  expect(lines.filter((line) => line !== "version")).toHaveLength(3);
  expect(lines.join("\n")).not.toContain("canary");
  expect(lines.join("\n")).not.toMatch(/ (forget|prune|unlock|tag) /);
});

test.each([
  ["everything", () => undefined, { add: true, removeLocks: true }],
  ["reading", (method: string) => (/GET|HEAD/.test(method) ? undefined : 403), { add: false, removeLocks: false }],
  [
    "adding, not deleting",
    (method: string) => (method === "DELETE" ? 403 : undefined),
    { add: true, removeLocks: false },
  ],
] as const)("a credential that permits %s is seen as that, and nothing stays", async (_, refuse, expected) => {
  await using test = await testVault();
  await using server = await resticServer(test.repository, { refuse });
  expect(await remoteVault(server.url).rights()).toEqual(expected);
  expect((await test.vault.list()).entries).toEqual([]);
});
