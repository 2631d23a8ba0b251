import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inject } from "vitest";
import { scratchDirectory } from "../../src/base/scratch.ts";
import type { BackupLabel, Vault, VaultEntry } from "../../src/vault/types.ts";
import { localVault, openVault } from "../../src/vault/vault.ts";
import { resticServer } from "./restic-server.ts";
import { vaultPassword } from "./vault-template.ts";

export { vaultPassword };

/**
 * Puts an empty repository, which opens with `vaultPassword`, into a folder that is not there yet: a copy of the run's
 * template, because creating one takes two seconds.
 */
export async function placeRepository(folder: string): Promise<void> {
  await cp(inject("vaultTemplate"), folder, { recursive: true });
}

/** A vault of a test's own, in a folder that it may damage. */
export interface TestVault extends AsyncDisposable {
  readonly vault: Vault;
  /** restic's repository. */
  readonly repository: string;
  /** Room for directories to save and to fetch. */
  readonly path: string;
}

export async function testVault(): Promise<TestVault> {
  const scratch = await scratchDirectory("vault-test");
  const repository = join(scratch.path, "repository");
  await placeRepository(repository);
  return {
    vault: localVault(repository, vaultPassword),
    repository,
    path: scratch.path,
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

/** A vault behind an address, such as a `resticServer`'s. */
export function remoteVault(url: string): Vault {
  return openVault({ ...process.env, RESTIC_REPOSITORY: url, RESTIC_PASSWORD: vaultPassword });
}

/** Writes a backup directory with these files and a backup.json that lists them; gives its label. */
export async function writeBackup(
  directory: string,
  options: { day?: string; database?: string; files?: Readonly<Record<string, string | Buffer>> } = {},
): Promise<BackupLabel> {
  const { day = "2026-11-22", database = "app", files = { "dump/toc.dat": `toc of ${day}` } } = options;
  const label = {
    id: `${day}T02-00-05Z-${database}-4f1c2a9b`,
    database,
    taken_at: `${day}T02:00:05Z`,
    digest: `digest-of-${database}-${day}`,
  };
  await rm(directory, { recursive: true, force: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  const list = Object.entries(files).map(([path, content]) => ({ path, bytes: Buffer.byteLength(content) }));
  await writeFile(join(directory, "backup.json"), JSON.stringify({ ...label, files: list }));
  return label;
}

/** Writes a backup of a day and saves it. */
export async function saveBackup(
  test: TestVault,
  options: Parameters<typeof writeBackup>[1] = {},
): Promise<VaultEntry> {
  const directory = join(test.path, "backup");
  return test.vault.save(directory, await writeBackup(directory, options));
}

/** The files of one kind in a repository (data, index, snapshots, locks, keys), made writable. */
export async function repositoryFiles(repository: string, kind: string): Promise<string[]> {
  const found = await readdir(join(repository, kind), { recursive: true, withFileTypes: true });
  const files = found.filter((item) => item.isFile()).map((item) => join(item.parentPath, item.name));
  for (const file of files) await chmod(file, 0o600);
  return files;
}

/** A run of restic that holds a repository exclusively, as a retention does. Disposing kills it; its lock stays. */
export interface LockHolder extends AsyncDisposable {
  /** Kills the run without warning: its lock is stale from then on. */
  kill(): Promise<void>;
}

/** Starts `restic check` and halts it once it holds its lock, by a server that does not answer. */
export async function exclusiveLock(repository: string): Promise<LockHolder> {
  const [locked, never] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const server = await resticServer(repository, {
    delay: (method, path) => {
      if (method !== "GET" || path !== "/index/") return undefined;
      locked.resolve();
      return never.promise;
    },
  });
  const child = spawn("restic", ["--no-cache", "check"], {
    env: { ...process.env, RESTIC_REPOSITORY: server.url, RESTIC_PASSWORD: vaultPassword },
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  await locked.promise;
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
    never.resolve();
    await server[Symbol.asyncDispose]();
  };
  let killed: Promise<void> | undefined;
  const killOnce = () => {
    killed ??= kill();
    return killed;
  };
  return { kill: killOnce, [Symbol.asyncDispose]: killOnce };
}
