import { rmSync } from "node:fs";
import { chmod, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resticServer } from "../../test/support/restic-server.ts";
import {
  remoteVault,
  repositoryFiles,
  saveBackup,
  testVault,
  vaultPassword,
  writeBackup,
} from "../../test/support/vault.ts";
import { messageOf } from "../base/errors.ts";
import { localVault, openVault } from "./vault.ts";

/*
 * Each fault of a vault for real: one clear sentence, of the right kind, with no secret in it.
 */

async function faultOf(work: Promise<unknown>): Promise<{ id: string; kind: string; message: string }> {
  const error = await work.then(
    () => new Error("it worked"),
    (thrown: unknown) => thrown,
  );
  const message = messageOf(error);
  expect(message).not.toContain("canary");
  expect(message.split("\n")).toHaveLength(1);
  return { id: "", kind: "", ...(error as object), message };
}

/** Damages the middle of a file. */
async function flip(file: string): Promise<void> {
  const content = await readFile(file);
  const middle = content.length >> 1;
  for (let at = middle; at < middle + 8; at += 1) content[at] = (content[at] ?? 0) ^ 0xff;
  await writeFile(file, content);
}

test("a wrong password", async () => {
  await using test = await testVault();
  const fault = await faultOf(localVault(test.repository, "canary-wrong").list());
  expect(fault).toMatchObject({ id: "vault.wrong_password", kind: "surroundings" });
});

test("a password command that fails", async () => {
  await using test = await testVault();
  const vault = openVault({
    ...process.env,
    RESTIC_REPOSITORY: test.repository,
    RESTIC_PASSWORD_COMMAND: "/bin/false",
  });
  expect(await faultOf(vault.list())).toMatchObject({ id: "vault.password_unavailable", kind: "surroundings" });
});

test("no repository: said, and not created", async () => {
  await using test = await testVault();
  const vault = localVault(join(test.path, "nowhere"), vaultPassword);
  const label = await writeBackup(join(test.path, "backup"));
  expect(await vault.exists()).toBe(false);
  expect(await faultOf(vault.save(join(test.path, "backup"), label))).toMatchObject({ id: "vault.no_repository" });
  expect(await vault.exists()).toBe(false);
});

test.each([
  [403, "vault.denied"],
  [500, "vault.unreachable"],
  [418, "vault.unexpected"],
])("a vault that answers with %i is not taken for none: no new one is put over it", async (status, id) => {
  await using test = await testVault();
  await saveBackup(test);
  await using server = await resticServer(test.repository, {
    refuse: (method, path) => (method !== "POST" && path === "/config" ? status : undefined),
  });
  expect(await faultOf(remoteVault(server.url).initialise())).toMatchObject({ id, kind: "surroundings" });
  expect((await test.vault.list()).entries).toHaveLength(1);
});

test("a repository that no backend knows", async () => {
  expect(await faultOf(remoteVault("foo:bar").list())).toMatchObject({ id: "vault.bad_repository", kind: "input" });
});

test("an unreachable host", async () => {
  const fault = await faultOf(remoteVault("rest:http://ithaca:canary-url-password@127.0.0.1:9/").list());
  expect(fault).toMatchObject({ id: "vault.unreachable", kind: "surroundings" });
  expect(fault.message).toContain("connection refused");
});

test("a refused credential", async () => {
  await using test = await testVault();
  await using server = await resticServer(test.repository);
  const fault = await faultOf(remoteVault(server.url.replace("canary-rest", "canary-other")).list());
  expect(fault).toMatchObject({ id: "vault.denied", kind: "surroundings" });
});

test.each([
  [507, "vault.no_space"],
  [403, "vault.denied"],
])("an upload that is answered with %i ends at once", async (status, id) => {
  await using test = await testVault();
  await using server = await resticServer(test.repository, {
    refuse: (method, path) => (method === "POST" && path.startsWith("/data/") ? status : undefined),
  });
  const directory = join(test.path, "backup");
  const fault = await faultOf(remoteVault(server.url).save(directory, await writeBackup(directory)));
  expect(fault).toMatchObject({ id, kind: "surroundings" });
  expect((await test.vault.list()).entries).toEqual([]);
});

test.each([
  ["that was listed is gone before it is read", /^\/locks\/\w/],
  ["is removed while locks are listed", /^\/locks\/$/],
])("the lock of another run %s: nothing is wrong", async (_name, place) => {
  await using test = await testVault();
  const directory = join(test.path, "backup");
  const label = await writeBackup(directory);
  const lock = join(test.repository, "locks", "ab".repeat(32));
  let met = 0;
  await using server = await resticServer(test.repository, {
    refuse: (method, path) => {
      if (method !== "GET" || !place.test(path) || met > 0) return undefined;
      met += 1;
      rmSync(lock);
      return 404;
    },
  });
  const vault = remoteVault(server.url);
  const meet = async <T>(work: () => Promise<T>) => {
    met = 0;
    await writeFile(lock, "of a run that ends right now");
    const result = await work();
    expect(met).toBe(1);
    return result;
  };
  const entry = await meet(() => vault.save(directory, label));
  await meet(() => vault.fetch(entry, join(test.path, "out")));
});

test("a missing restic", async () => {
  const path = process.env.PATH;
  process.env.PATH = "/nonexistent";
  try {
    expect(await faultOf(localVault("/tmp/x", vaultPassword).list())).toMatchObject({ id: "vault.restic_missing" });
  } finally {
    process.env.PATH = path;
  }
});

test("a restic that is too old, until another one is there", async () => {
  await using test = await testVault();
  const old = join(test.path, "restic");
  await writeFile(old, "#!/bin/sh\necho 'restic 0.12.1 compiled with go1.18 on linux/amd64'\n");
  await chmod(old, 0o755);
  const path = process.env.PATH;
  process.env.PATH = `${test.path}:${path}`;
  try {
    const fault = await faultOf(localVault(test.repository, vaultPassword).list());
    expect(fault).toMatchObject({ id: "vault.restic_too_old", kind: "surroundings" });
    expect(fault.message).toContain("0.12");
    await rm(old);
    expect((await localVault(test.repository, vaultPassword).list()).entries).toEqual([]);
  } finally {
    process.env.PATH = path;
  }
});

test.each([
  ["a damaged pack", "data", flip],
  ["a lost pack", "data", (file: string) => rm(file)],
  ["a truncated pack", "data", (file: string) => truncate(file, 40)],
  ["a lost index", "index", (file: string) => rm(file)],
  ["a damaged index", "index", flip],
  ["a lost snapshot", "snapshots", (file: string) => rm(file)],
  ["a damaged snapshot", "snapshots", flip],
] as const)("%s is damage, not trouble", async (_name, kind, harm) => {
  await using test = await testVault();
  const entry = await saveBackup(test);
  for (const file of await repositoryFiles(test.repository, kind)) await harm(file);
  const fault = await faultOf(test.vault.fetch(entry, join(test.path, "out")));
  expect(fault.kind).toBe("failed");
});

test("a damaged snapshot is not hidden by the list", async () => {
  await using test = await testVault();
  await saveBackup(test);
  for (const file of await repositoryFiles(test.repository, "snapshots")) await flip(file);
  const warnings: string[] = [];
  const listing = await test.vault.list("app", { warn: (text) => warnings.push(text) });
  expect(listing.unreadable).toHaveLength(1);
  expect(warnings).toEqual(listing.remarks);
});

test("a destination that cannot be written, or is in use", async () => {
  await using test = await testVault();
  const entry = await saveBackup(test);
  const fault = await faultOf(test.vault.fetch(entry, "/dev/null/nowhere"));
  expect(fault).toMatchObject({ id: "vault.unwritable", kind: "surroundings" });
  expect(await faultOf(test.vault.fetch(entry, test.path))).toMatchObject({ id: "vault.not_empty", kind: "input" });
});
