import { z } from "zod";
import {
  check,
  count,
  files,
  instant,
  type Kept,
  notCovered,
  nothingOr,
  objective,
  run,
  seconds,
  verdict,
} from "./parts.ts";
import { rehearsal } from "./proof.ts";

/** A drill against those before it, newest first. */
const trend = z.object({
  /** How many earlier drills there are to compare with. */
  drills: count,
  /** This drill and up to eleven before it. */
  series: z.array(
    z.object({
      at: instant,
      rto_s: nothingOr(seconds),
      rpo_s: nothingOr(seconds),
      size_bytes: nothingOr(count),
    }),
  ),
  /** Each phase beside the last drill's. */
  changes: z.array(z.object({ name: z.string(), before_s: seconds, now_s: seconds })),
  /** `factor`: how many times as long. */
  slower: z.array(z.object({ name: z.string(), before_s: seconds, now_s: seconds, factor: seconds, why: z.string() })),
  /** Where a recovery spends its time, the longest first; `share` of 0 to 1. */
  bottlenecks: z.array(z.object({ name: z.string(), seconds, share: seconds })),
});
export type DrillTrend = Kept<typeof trend>;

/** What came of losing a throwaway production on purpose. */
export const drillReportSchema = z.object({
  kind: z.literal("drill-report"),
  verdict,
  /** Why it did not come to its end, as a sentence; empty where it did. */
  reason: z.string(),
  database: z.string(),
  /** Whether production was made up, or a copy from the vault's newest backup. Only like is compared with like. */
  production: z.enum(["made-up", "from-the-vault"]),
  run,
  /** The backup that was recovered from; null where the drill did not get that far. */
  backup: nothingOr(z.object({ id: z.string(), taken_at: instant, digest: z.string(), size_bytes: count })),
  /** RTO: from the loss until the new database was proven. RPO: from the newest row that came back to the loss. */
  objectives: z.object({ rto: objective, rpo: objective }),
  /** Rows of the writer, by its own log; null where the drill did not get that far. */
  rows: nothingOr(z.object({ written: count, recovered: count, lost: count })),
  /** `part`: what the phase is for; only `recovery` is what people would wait for. */
  phases: z.array(z.object({ name: z.string(), seconds, part: z.enum(["preparation", "recovery", "afterwards"]) })),
  checks: z.array(check),
  not_covered: z.array(notCovered),
  rehearsal,
  /** The random older backup that was proven too, with its report; null where there is no older one. */
  older: nothingOr(z.object({ id: z.string(), verdict, report: z.string() })),
  trend,
  report: files,
});
export type DrillReport = Kept<typeof drillReportSchema>;
