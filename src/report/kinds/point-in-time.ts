import { z } from "zod";
import { check, files, type Kept, notCovered, nothingOr, phase, run, verdict } from "./parts.ts";

/** What the rehearsal of a point in time came to. */
export const pointReportSchema = z.object({
  kind: z.literal("point-in-time"),
  verdict,
  /** Why it could not be rehearsed to the end, as a sentence; empty where it was. */
  reason: z.string(),
  database: z.string(),
  run,
  /** Who keeps the log. */
  engine: z.enum(["supabase", "pgbackrest"]),
  /** Where it went back to; null where only the window was looked at. */
  point: nothingOr(z.string()),
  window: nothingOr(z.object({ from: z.string(), to: z.string() })),
  /** The label of the physical backup from which the copy began. */
  begun_from: nothingOr(z.string()),
  /** Where recovery stopped, in PostgreSQL's words. */
  stopped: nothingOr(z.string()),
  checks: z.array(check),
  phases: z.array(phase),
  not_covered: z.array(notCovered),
  report: files,
});
export type PointReport = Kept<typeof pointReportSchema>;
