import { spawn } from "node:child_process";
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appendOnly, resticServer } from "../../test/support/restic-server.ts";
import {
  exclusiveLock,
  repositoryFiles,
  saveBackup,
  testVault,
  vaultPassword,
  writeBackup,
} from "../../test/support/vault.ts";
import { run } from "../base/child-process.ts";
import { localVault, openVault } from "./vault.ts";

function remote(url: string) {
  return openVault({ ...process.env, RESTIC_REPOSITORY: url, RESTIC_PASSWORD: vaultPassword });
}

test("a backup comes back as it was kept, straight into its destination", async () => {
  await using test = await testVault();
  const files = {
    "dump/toc.dat": "toc",
    "dump/3000.dat": Buffer.alloc(100_000, 7),
    "census.json": "{}",
    "roles.sql": "",
  };
  const saved = await saveBackup(test, { files });
  const { entries } = await test.vault.list("app");
  expect(entries).toEqual([{ ...saved, snapshot: expect.stringMatching(new RegExp(`^${saved.snapshot}`)) }]);
  expect(saved).toMatchObject({
    files: 5,
    id: "2026-11-22T02-00-05Z-app-4f1c2a9b",
    digest: "digest-of-app-2026-11-22",
  });
  await test.vault.fetch(saved, join(test.path, "out"));
  const found = await readdir(join(test.path, "out"), { recursive: true });
  expect(found.sort()).toEqual(["backup.json", "dump", ...Object.keys(files)].sort());
  for (const [path, content] of Object.entries(files)) {
    expect(await readFile(join(test.path, "out", path))).toEqual(Buffer.from(content));
  }
});

test("single files come back, whatever their names look like as patterns", async () => {
  await using test = await testVault();
  const saved = await saveBackup(test, { files: { "dump/a*b[1].dat": "x", "dump/aXb1.dat": "y", "roles.sql": "z" } });
  const out = join(test.path, "out");
  await test.vault.fetch(saved, out, { include: ["dump/a*b[1].dat", "backup.json"] });
  expect((await readdir(out, { recursive: true })).sort()).toEqual(["backup.json", "dump", "dump/a*b[1].dat"]);
  await expect(test.vault.fetch(saved, join(test.path, "2"), { include: ["dump/none"] })).rejects.toMatchObject({
    id: "vault.incomplete_fetch",
    message: expect.stringContaining("dump/none"),
  });
});

test("where the directory lies leaves no trace in what comes back", async () => {
  await using test = await testVault();
  for (const [place, day] of [
    ["a", "2026-11-21"],
    ["deep/er", "2026-11-22"],
  ] as const) {
    const label = await writeBackup(join(test.path, place), { day });
    const saved = await test.vault.save(join(test.path, place), label);
    await test.vault.fetch(saved, join(test.path, "out", day));
    expect((await readdir(join(test.path, "out", day))).sort()).toEqual(["backup.json", "dump"]);
  }
});

test("lists newest first, one database or all, and nothing that is not ours", async () => {
  await using test = await testVault();
  for (const [database, day] of [
    ["app", "2026-11-20"],
    ["shop", "2026-11-22"],
    ["app", "2026-11-21"],
  ] as const) {
    await saveBackup(test, { database, day });
  }
  await run("restic", ["-q", "--no-cache", "backup", "--tag", "database=app", "backup"], {
    cwd: test.path,
    env: { RESTIC_REPOSITORY: test.repository, RESTIC_PASSWORD: vaultPassword },
  });
  const days = async (database?: string) =>
    (await test.vault.list(database)).entries.map((e) => e.taken_at.slice(8, 10));
  expect(await days("app")).toEqual(["21", "20"]);
  expect(await days()).toEqual(["22", "21", "20"]);
  expect(await days("none")).toEqual([]);
});

test("of two uploads under one id the newest counts, and that is said", async () => {
  await using test = await testVault();
  const first = await saveBackup(test, { files: { "dump/toc.dat": "half" } });
  const second = await saveBackup(test, { files: { "dump/toc.dat": "whole" } });
  const { entries, remarks } = await test.vault.list("app");
  expect(entries).toMatchObject([{ saved_at: second.saved_at, superseded: [expect.stringContaining(first.snapshot)] }]);
  expect(remarks).toEqual([expect.stringContaining("uploaded 2 times")]);
});

test("a directory that is not a backup is refused", async () => {
  await using test = await testVault();
  const directory = join(test.path, "backup");
  const label = await writeBackup(directory);
  await expect(test.vault.save(directory, { ...label, id: "a,b" })).rejects.toMatchObject({ id: "vault.bad_label" });
  await symlink("/etc/passwd", join(directory, "link"));
  await expect(test.vault.save(directory, label)).rejects.toMatchObject({ id: "vault.incomplete_save" });
  await mkdir(join(test.path, "empty"));
  await expect(test.vault.save(join(test.path, "empty"), label)).rejects.toMatchObject({ id: "vault.incomplete_save" });
});

test("initialise creates a vault once, and only where it is told to", async () => {
  await using test = await testVault();
  expect(await test.vault.initialise()).toBe(false);
  const other = localVault(join(test.path, "other"), vaultPassword);
  expect(await other.exists()).toBe(false);
  expect(await other.initialise()).toBe(true);
  expect(await other.exists()).toBe(true);
});

test("backup, list and fetch need no right to delete; retention does", async () => {
  await using test = await testVault();
  await using server = await resticServer(test.repository, { refuse: appendOnly });
  const vault = remote(server.url);
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
    newestProven: null,
    lastBackupFailed: false,
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
  const saved = await remote(server.url).save(directory, await writeBackup(directory), options);
  expect(warnings).toEqual([expect.stringContaining("lock")]);
  expect((await test.vault.list()).entries).toMatchObject([{ id: saved.id }]);
});

test("a credential that may only read can list and fetch", async () => {
  await using test = await testVault();
  const saved = await saveBackup(test);
  await using server = await resticServer(test.repository, {
    refuse: (method) => (method === "GET" || method === "HEAD" ? undefined : 403),
  });
  const vault = remote(server.url);
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
  await expect(remote(server.url).save(directory, label, { signal: stop.signal })).rejects.toThrow();
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

test("progress is told in restic's own numbers", async () => {
  await using test = await testVault();
  const notes: string[] = [];
  const directory = join(test.path, "backup");
  const label = await writeBackup(directory, { files: { "dump/1.dat": Buffer.alloc(2_000_000, 3) } });
  await test.vault.save(directory, label, { note: (text) => notes.push(text) });
  expect(notes.length).toBeGreaterThan(0);
  for (const note of notes) expect(note).toMatch(/^\d+ %, [\d.]+ MB of [\d.]+ MB$/);
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
    const vault = remote(server.url);
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
