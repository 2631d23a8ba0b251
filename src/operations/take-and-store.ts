import { takeBackup } from "../backup/take-backup.ts";
import { stopwatch } from "../base/clock.ts";
import { scratchDirectory } from "../base/scratch.ts";
import type { Target } from "../postgres/types.ts";
import type { BackupReport } from "../report/model.ts";
import type { Vault } from "../vault/types.ts";
import type { UseCaseContext } from "./context.ts";
import { evidenceHead } from "./evidence-head.ts";
import type { Subject } from "./subject.ts";

/**
 * Takes a backup of `target`, puts it into the vault, and gives what has to be recorded about it outside the vault.
 * Whatever ends it, the directory in between is gone afterwards. The backup remembers the newest link of the evidence chain.
 *
 * @param more.asOf when the data is of, where the target is a copy of an earlier point in time
 * @param more.purpose `safety` where a recovery takes it of what it is about to replace
 */
export async function takeAndStore(
  context: UseCaseContext,
  subject: Subject,
  target: Target,
  vault: Vault,
  { asOf, purpose }: { readonly asOf?: Date; readonly purpose?: "safety" } = {},
): Promise<NonNullable<BackupReport["backup"]>> {
  const { progress, clock, signal } = context;
  const { name, database } = subject;
  const evidence = await evidenceHead(context, subject);
  await using scratch = await scratchDirectory("backup");
  const directory = scratch.path;
  const seconds = stopwatch();
  const { manifest, census } = await progress.step("Take a backup and its census", () =>
    takeBackup({
      target,
      name,
      database,
      directory,
      evidence,
      progress,
      clock,
      signal,
      ...(asOf === undefined ? {} : { asOf }),
    }),
  );
  const dumpSeconds = seconds();
  if (!Object.values(census.tables).some(({ kind }) => kind !== "extension-table")) {
    progress.warn(
      `No table is in this backup, and its proof will fail: check where the connection string leads, and what the plan leaves out`,
    );
  }
  await progress.step("Put it into the vault", (note) =>
    vault.save(directory, purpose === undefined ? manifest : { ...manifest, purpose }, {
      note,
      signal,
      warn: progress.warn,
    }),
  );
  const tables = Object.values(census.tables);
  return {
    id: manifest.id,
    taken_at: manifest.taken_at,
    size_bytes: manifest.sizes.dump_bytes,
    digest: manifest.digest,
    server_version: manifest.versions.server,
    dump_seconds: dumpSeconds,
    left_out: manifest.left_out,
    tables: tables.length,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    table_rows: Object.fromEntries(Object.entries(census.tables).map(([name, { rows }]) => [name, rows])),
  };
}
