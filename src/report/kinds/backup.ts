import { z } from "zod";
import type { NotCovered } from "../../proof/types.ts";
import { count, files, notCovered, nothingOr, type ReportFiles, type Run, run, seconds } from "./parts.ts";

/** `taken` says that a backup is in the vault, and no more: only a proof can say that it is worth something. */
export type BackupVerdict = "taken" | "failed" | "inconclusive";

/** The record of one backup: what stands outside the vault about it, and what `prove` later compares with. */
export interface BackupReport {
  readonly kind: "backup";
  readonly verdict: BackupVerdict;
  /** Why there is no backup, as a sentence; empty where there is one. */
  readonly reason: string;
  readonly database: string;
  readonly run: Run;
  readonly backup: {
    readonly id: string;
    readonly taken_at: string;
    readonly size_bytes: number;
    readonly digest: string;
    readonly server_version: string;
    readonly dump_seconds: number;
    readonly left_out: readonly NotCovered[];
    /** How many tables were counted and hashed, and how many rows they had. */
    readonly tables: number;
    readonly rows: number;
    /** Rows by table, for comparison with later backups; null in records of versions that did not write them. */
    readonly table_rows: Readonly<Record<string, number>> | null;
  } | null;
  readonly report: ReportFiles;
}

/** The record of a backup. */
export const backupReportSchema = z.object({
  kind: z.literal("backup"),
  verdict: z.enum(["taken", "failed", "inconclusive"]),
  reason: z.string(),
  database: z.string(),
  run,
  backup: nothingOr(
    z.object({
      id: z.string(),
      taken_at: z.iso.datetime(),
      size_bytes: count,
      digest: z.string(),
      server_version: z.string(),
      dump_seconds: seconds,
      left_out: z.array(notCovered),
      tables: count,
      rows: count,
      table_rows: nothingOr(z.record(z.string(), count)).default(null),
    }),
  ),
  report: files,
}) satisfies z.ZodType<BackupReport>;
