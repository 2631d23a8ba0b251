import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type OpenedBackup, openBackup } from "../backup/open-backup.ts";
import { majorOf } from "../postgres/server-facts.ts";
import { selectEntry } from "../vault/select.ts";
import type { Vault } from "../vault/types.ts";
import type { UseCaseContext } from "./context.ts";
import type { EarlyCluster } from "./early-cluster.ts";
import { operationErrors } from "./errors.ts";

/** A backup that lies in a directory of this machine, opened and verified. */
export interface FetchedBackup extends OpenedBackup {
  readonly directory: string;
  /** Candidates that were passed over, and why. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
  /** When the newest backup of this database was taken; null where only this one is known. */
  readonly newestTakenAt: string | null;
  /** Brings single files of the backup once more; null where the directory is not a copy of ours, and nothing in it may go. */
  readonly again: ((paths: readonly string[]) => Promise<void>) | null;
}

/** Where the backup to prove comes from. */
export interface BackupSource {
  /**
   * Brings the backup onto this machine, into `scratch` where it has to be copied.
   *
   * @param early starts a server for the copy while the backup is on its way
   */
  fetch(scratch: string, early?: EarlyCluster): Promise<FetchedBackup>;
}

/** Whether a path is a directory of a backup that this project took. */
export function isOwnBackup(context: UseCaseContext, path: string): boolean {
  return existsSync(join(resolve(context.workingDirectory, path), "backup.json"));
}

/** A backup directory that lies here already: `--archive`. It is read where it is and not changed. */
export function directorySource(context: UseCaseContext, path: string): BackupSource {
  const directory = resolve(context.workingDirectory, path);
  return {
    async fetch() {
      if (!existsSync(join(directory, "backup.json"))) throw operationErrors.no_backup_directory({ path });
      return { ...(await openBackup(directory)), directory, skipped: [], newestTakenAt: null, again: null };
    },
  };
}

/** A backup of the vault: `latest`, `yesterday`, `random` or an id. */
export function vaultSource(context: UseCaseContext, vault: Vault, database: string, wanted: string): BackupSource {
  const { progress, signal, clock } = context;
  return {
    async fetch(scratch, early) {
      const options = { signal, warn: progress.warn };
      await early?.startOnly();
      const { entries, unreadable, remarks } = await progress.step("Find the backup", () =>
        vault.list(database, { signal }),
      );
      for (const remark of remarks) progress.warn(remark);
      const chosen = selectEntry(entries, wanted, { now: clock.now(), random: Math.random, database });
      if (chosen.server_num !== undefined) early?.start(majorOf(chosen.server_num));
      await progress.step(`Fetch ${chosen.id}`, (note) => vault.fetch(chosen, scratch, { ...options, note }));
      const opened = await progress.step("Verify its digests", () => openBackup(scratch));
      return {
        ...opened,
        directory: scratch,
        skipped: unreadable.map((id) => ({ id, reason: "its snapshot cannot be read" })),
        newestTakenAt: entries[0]?.taken_at ?? null,
        again: (include) => vault.fetch(chosen, scratch, { ...options, include }),
      };
    },
  };
}
