import { z } from "zod";
import { count, files, instant, type Kept, notCovered, nothingOr, run, seconds } from "./parts.ts";

/** `taken` says that a backup is in the vault, and no more: only a proof can say that it is worth something. */
const backupVerdict = z.enum(["taken", "failed", "inconclusive"]);
export type BackupVerdict = z.output<typeof backupVerdict>;

/** The record of one backup: what stands outside the vault about it, and what `prove` later compares with. */
export const backupReportSchema = z.object({
  kind: z.literal("backup"),
  verdict: backupVerdict,
  /** Why there is no backup, as a sentence; empty where there is one. */
  reason: z.string(),
  /** The id of the error that it ended with, such as `vault.no_space`; absent where there is a backup, and in older records. */
  error: z.string().optional(),
  database: z.string(),
  run,
  backup: nothingOr(
    z.object({
      id: z.string(),
      taken_at: instant,
      size_bytes: count,
      digest: z.string(),
      server_version: z.string(),
      dump_seconds: seconds,
      left_out: z.array(notCovered),
      /** How many tables were counted and hashed, and how many rows they had. */
      tables: count,
      rows: count,
      /** Rows by table, for comparison with later backups; null in records of versions that did not write them. */
      table_rows: nothingOr(z.record(z.string(), count)).default(null),
    }),
  ),
  report: files,
});
export type BackupReport = Kept<typeof backupReportSchema>;
