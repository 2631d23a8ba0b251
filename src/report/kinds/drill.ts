import { z } from "zod";
import type { CheckResult, NotCovered } from "../../proof/types.ts";
import {
  check,
  count,
  files,
  notCovered,
  nothingOr,
  type Objective,
  objective,
  type ReportFiles,
  type Run,
  run,
  seconds,
  type Verdict,
  verdict,
} from "./parts.ts";
import { type ProofReport, proofReportSchema } from "./proof.ts";

/** A drill against those before it, newest first. */
export interface DrillTrend {
  /** How many earlier drills there are to compare with. */
  readonly drills: number;
  /** This drill and up to eleven before it. */
  readonly series: readonly {
    readonly at: string;
    readonly rto_s: number | null;
    readonly rpo_s: number | null;
    readonly size_bytes: number | null;
  }[];
  /** Each phase beside the last drill's. */
  readonly changes: readonly { readonly name: string; readonly before_s: number; readonly now_s: number }[];
  readonly slower: readonly {
    readonly name: string;
    readonly before_s: number;
    readonly now_s: number;
    /** How many times as long. */
    readonly factor: number;
    readonly why: string;
  }[];
  /** Where a recovery spends its time, the longest first; `share` of 0 to 1. */
  readonly bottlenecks: readonly { readonly name: string; readonly seconds: number; readonly share: number }[];
}

/** What came of losing a throwaway production on purpose. */
export interface DrillReport {
  readonly kind: "drill-report";
  readonly verdict: Verdict;
  /** Why it did not come to its end, as a sentence; empty where it did. */
  readonly reason: string;
  readonly database: string;
  /** Whether production was made up, or a copy from the vault's newest backup. Only like is compared with like. */
  readonly production: "made-up" | "from-the-vault";
  readonly run: Run;
  /** The backup that was recovered from; null where the drill did not get that far. */
  readonly backup: {
    readonly id: string;
    readonly taken_at: string;
    readonly digest: string;
    readonly size_bytes: number;
  } | null;
  /** RTO: from the loss until the new database was proven. RPO: from the newest row that came back to the loss. */
  readonly objectives: { readonly rto: Objective; readonly rpo: Objective };
  /** Rows of the writer, by its own log; null where the drill did not get that far. */
  readonly rows: { readonly written: number; readonly recovered: number; readonly lost: number } | null;
  readonly phases: readonly {
    readonly name: string;
    readonly seconds: number;
    /** What the phase is for: only `recovery` is what people would wait for. */
    readonly part: "preparation" | "recovery" | "afterwards";
  }[];
  readonly checks: readonly CheckResult[];
  readonly not_covered: readonly NotCovered[];
  readonly rehearsal: ProofReport["rehearsal"];
  /** The random older backup that was proven too, with its report; null where there is no older one. */
  readonly older: { readonly id: string; readonly verdict: Verdict; readonly report: string } | null;
  readonly trend: DrillTrend;
  readonly report: ReportFiles;
}

/** The record of a drill. */
export const drillReportSchema = z.object({
  kind: z.literal("drill-report"),
  verdict,
  reason: z.string(),
  database: z.string(),
  production: z.enum(["made-up", "from-the-vault"]),
  run,
  backup: nothingOr(z.object({ id: z.string(), taken_at: z.iso.datetime(), digest: z.string(), size_bytes: count })),
  objectives: z.object({ rto: objective, rpo: objective }),
  rows: nothingOr(z.object({ written: count, recovered: count, lost: count })),
  phases: z.array(z.object({ name: z.string(), seconds, part: z.enum(["preparation", "recovery", "afterwards"]) })),
  checks: z.array(check),
  not_covered: z.array(notCovered),
  rehearsal: proofReportSchema.shape.rehearsal,
  older: nothingOr(z.object({ id: z.string(), verdict, report: z.string() })),
  trend: z.object({
    drills: count,
    series: z.array(
      z.object({
        at: z.iso.datetime(),
        rto_s: nothingOr(seconds),
        rpo_s: nothingOr(seconds),
        size_bytes: nothingOr(count),
      }),
    ),
    changes: z.array(z.object({ name: z.string(), before_s: seconds, now_s: seconds })),
    slower: z.array(
      z.object({ name: z.string(), before_s: seconds, now_s: seconds, factor: seconds, why: z.string() }),
    ),
    bottlenecks: z.array(z.object({ name: z.string(), seconds, share: seconds })),
  }),
  report: files,
}) satisfies z.ZodType<DrillReport>;
