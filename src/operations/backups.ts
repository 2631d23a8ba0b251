import { listReports, provenBackups } from "../report/history.ts";
import { openVault } from "../vault/vault.ts";
import type { UseCaseContext } from "./context.ts";
import { loadSubject, reportsDirectory, type SubjectOptions } from "./subject.ts";

/** A backup as the list shows it. */
export interface BackupListEntry {
  readonly id: string;
  readonly database: string;
  readonly taken_at: string;
  readonly size_bytes: number;
  readonly digest: string;
  /** Whether a report of this repository says that it was proven. */
  readonly proven: boolean;
  /** Whether a recovery took it of what it was about to replace: it holds the damage that the recovery was for. */
  readonly safety: boolean;
}

/** Lists the vault's backups of one database, newest first. */
export async function backups(context: UseCaseContext, options: SubjectOptions): Promise<BackupListEntry[]> {
  const { plan, name } = await loadSubject(context, options);
  const vault = openVault({ ...context.environment });
  const { entries, remarks } = await vault.list(name, { signal: context.signal });
  for (const remark of remarks) context.progress.warn(remark);
  const { reports } = await listReports(reportsDirectory(context, plan), name);
  const proven = new Set(provenBackups(reports));
  return entries.map(({ id, database, taken_at, size_bytes, digest, purpose }) => ({
    id,
    database,
    taken_at,
    size_bytes,
    digest,
    proven: proven.has(id),
    safety: purpose === "safety",
  }));
}
