import { z } from "zod";
import { check, files, instant, type Kept, notCovered, nothingOr, phase, run, verdict } from "./parts.ts";

/** The record of a recovery that was executed: what it came to, and where its incident file stands. */
export const recoveryReportSchema = z.object({
  kind: z.literal("recover"),
  /** `proven`: recovered, verified and quiet. */
  verdict,
  /** Why it did not end as it should, as a sentence; empty where it did. */
  reason: z.string(),
  database: z.string(),
  run,
  outcome: z.enum(["recovered", "failed", "rolled_back", "needs_person"]),
  /** Such as `full, side-by-side`. */
  method: z.string(),
  /** The incident's id and its page, relative to the reports' folder. */
  incident: z.object({ id: z.string(), page: z.string() }),
  restore_point: nothingOr(instant),
  /** The backup that was restored; null where it was none of the vault's. */
  backup: nothingOr(z.object({ id: z.string(), taken_at: instant, digest: z.string() })),
  /** The backup of what was there before. */
  safety_backup: nothingOr(z.string()),
  checks: z.array(check),
  /** Rows that are fewer than at the incident, by table. */
  lost_rows: z.record(z.string(), z.number()),
  phases: z.array(phase),
  not_covered: z.array(notCovered),
  report: files,
});
export type RecoveryReport = Kept<typeof recoveryReportSchema>;
