import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openBackup } from "../../backup/open-backup.ts";
import { IthacaError } from "../../base/errors.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { type Reading, type Rewritten, rewrittenTables } from "../../recovery/disaster/anomalies.ts";
import type { VaultEntry } from "../../vault/types.ts";
import { openVault } from "../../vault/vault.ts";
import type { Site } from "./site.ts";

/** What of a backup says what the database held: small, while the dump is not. */
const parts = ["backup.json", "census.json"];

/** Of so many backups, the newest ones, the census is fetched: two weeks of daily ones. */
const most = 15;

/** The tables that were written in a mass between two backups of the vault, and the backups that could not be read. */
export async function writtenBetweenBackups(
  { context }: Site,
  entries: readonly VaultEntry[],
): Promise<{ readonly rewritten: readonly Rewritten[]; readonly unread: readonly string[] }> {
  const { environment, progress, signal } = context;
  const vault = openVault({ ...environment });
  await using scratch = await scratchDirectory("written-between");
  const readings: Reading[] = [];
  const unread: string[] = [];
  await progress.step("Compare the censuses of the newest backups", async (note) => {
    for (const [index, entry] of entries.slice(0, most).entries()) {
      note(`${index + 1} of ${Math.min(entries.length, most)} backups`);
      const directory = join(scratch.path, entry.id);
      try {
        await vault.fetch(entry, directory, { include: parts, signal, warn: progress.warn });
        const { manifest, census } = await openBackup(directory);
        const rows = Object.fromEntries(Object.entries(census.tables).map(([name, table]) => [name, table.rows]));
        readings.push({ taken_at: manifest.taken_at, writes: census.writes, rows });
      } catch (error) {
        if (!(error instanceof IthacaError) || signal.aborted) throw error;
        unread.push(entry.id);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    }
  });
  return { rewritten: rewrittenTables(readings), unread };
}
