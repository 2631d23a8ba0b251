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

/** What the rehearsal of a point in time came to. */
export interface PointReport {
  readonly kind: "point-in-time";
  readonly verdict: Verdict;
  /** Why it could not be rehearsed to the end, as a sentence; empty where it was. */
  readonly reason: string;
  readonly database: string;
  readonly run: Run;
  /** Who keeps the log. */
  readonly engine: "supabase" | "pgbackrest";
  /** Where it went back to; null where only the window was looked at. */
  readonly point: string | null;
  readonly window: { readonly from: string; readonly to: string } | null;
  /** The label of the physical backup from which the copy began. */
  readonly begun_from: string | null;
  /** Where recovery stopped, in PostgreSQL's words. */
  readonly stopped: string | null;
  readonly checks: readonly CheckResult[];
  readonly phases: readonly Phase[];
  readonly not_covered: readonly NotCovered[];
  readonly report: ReportFiles;
}

/** The record of a rehearsal of a point in time. */
export const pointReportSchema = z.object({
  kind: z.literal("point-in-time"),
  verdict,
  reason: z.string(),
  database: z.string(),
  run,
  engine: z.enum(["supabase", "pgbackrest"]),
  point: nothingOr(z.string()),
  window: nothingOr(z.object({ from: z.string(), to: z.string() })),
  begun_from: nothingOr(z.string()),
  stopped: nothingOr(z.string()),
  checks: z.array(check),
  phases: z.array(phase),
  not_covered: z.array(notCovered),
  report: files,
}) satisfies z.ZodType<PointReport>;
