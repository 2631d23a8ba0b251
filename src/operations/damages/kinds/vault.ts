import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { VaultDamage } from "../types.ts";

/** Every file below a folder of the vault, the largest first. */
async function filesIn(vault: string, folder: string): Promise<string[]> {
  const names = (await readdir(join(vault, folder), { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  const paths = names.map((one) => join(one.parentPath, one.name));
  const sized = await Promise.all(paths.map(async (path) => ({ path, bytes: (await stat(path)).size })));
  return sized.sort((a, b) => b.bytes - a.bytes).map(({ path }) => path);
}

async function remove(vault: string, folder: string, most = Number.POSITIVE_INFINITY): Promise<void> {
  for (const path of (await filesIn(vault, folder)).slice(0, most)) await rm(path, { force: true });
}

async function spoil(vault: string, folder: string): Promise<void> {
  for (const path of await filesIn(vault, folder)) {
    const bytes = await readFile(path);
    for (let at = 40; at < bytes.length; at += 97) bytes[at] = (bytes[at] ?? 0) ^ 0x55;
    await rm(path, { force: true });
    await writeFile(path, bytes);
  }
}

export const vaultDamages: readonly VaultDamage[] = [
  { kind: "a pack lost", harm: (vault) => remove(vault, "data", 1) },
  { kind: "every pack lost", harm: (vault) => remove(vault, "data") },
  { kind: "packs damaged", harm: (vault) => spoil(vault, "data") },
  { kind: "the index lost", harm: (vault) => remove(vault, "index") },
  { kind: "the index damaged", harm: (vault) => spoil(vault, "index") },
  { kind: "the snapshot lost", harm: (vault) => remove(vault, "snapshots") },
  { kind: "the snapshot damaged", harm: (vault) => spoil(vault, "snapshots") },
  { kind: "the key lost", harm: (vault) => remove(vault, "keys") },
  { kind: "the vault gone", harm: (vault) => rm(vault, { recursive: true }) },
  { kind: "another password", harm: async () => {}, password: "not the password" },
];
