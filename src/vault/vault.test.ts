import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { saveBackup, testVault, vaultPassword, writeBackup } from "../../test/support/vault.ts";
import { run } from "../base/child-process.ts";
import { jsonLine, statusOf } from "./status.ts";
import { localVault } from "./vault.ts";

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

test.each([
  [
    '{"message_type":"status","percent_done":0.42,"total_bytes":286000000,"bytes_done":120000000}',
    "42 %, 120 MB of 286 MB",
  ],
  ['{"message_type":"status","percent_done":1,"total_bytes":2000000,"bytes_restored":2000000}', "100 %, 2 MB of 2 MB"],
  ['{"message_type":"summary","files_new":1}', null],
  ["restoring <Snapshot 1> to .", null],
])("progress is told in restic's own numbers: %s", (line, told) => {
  expect(statusOf(jsonLine(line))?.text ?? null).toBe(told);
});
