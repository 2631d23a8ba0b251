import { z } from "zod";
import type { CheckResult, NotCovered } from "../../proof/types.ts";
import {
  check,
  files,
  notCovered,
  nothingOr,
  type Phase,
  phase,
  type ReportFiles,
  type Run,
  run,
  type Verdict,
  verdict,
} from "./parts.ts";

/** The record of a recovery that was executed: what it came to, and where its incident file stands. */
export interface RecoveryReport {
  readonly kind: "recover";
  /** `proven`: recovered, verified and quiet. */
  readonly verdict: Verdict;
  /** Why it did not end as it should, as a sentence; empty where it did. */
  readonly reason: string;
  readonly database: string;
  readonly run: Run;
  readonly outcome: "recovered" | "failed" | "rolled_back" | "needs_person";
  /** Such as `full, side-by-side`. */
  readonly method: string;
  /** The incident's id and its page, relative to the reports' folder. */
  readonly incident: { readonly id: string; readonly page: string };
  readonly restore_point: string | null;
  /** The backup that was restored; null where it was none of the vault's. */
  readonly backup: { readonly id: string; readonly taken_at: string; readonly digest: string } | null;
  /** The backup of what was there before. */
  readonly safety_backup: string | null;
  readonly checks: readonly CheckResult[];
  /** Rows that are fewer than at the incident, by table. */
  readonly lost_rows: Readonly<Record<string, number>>;
  readonly phases: readonly Phase[];
  readonly not_covered: readonly NotCovered[];
  readonly report: ReportFiles;
}

/** The record of a recovery. */
export const recoveryReportSchema = z.object({
  kind: z.literal("recover"),
  verdict,
  reason: z.string(),
  database: z.string(),
  run,
  outcome: z.enum(["recovered", "failed", "rolled_back", "needs_person"]),
  method: z.string(),
  incident: z.object({ id: z.string(), page: z.string() }),
  restore_point: nothingOr(z.iso.datetime()),
  backup: nothingOr(z.object({ id: z.string(), taken_at: z.iso.datetime(), digest: z.string() })),
  safety_backup: nothingOr(z.string()),
  checks: z.array(check),
  lost_rows: z.record(z.string(), z.number()),
  phases: z.array(phase),
  not_covered: z.array(notCovered),
  report: files,
}) satisfies z.ZodType<RecoveryReport>;
