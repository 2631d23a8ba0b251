import { z } from "zod";
import type { CheckResult, NotCovered } from "../../proof/types.ts";
import {
  check,
  files,
  notCovered,
  nothingOr,
  type ReportFiles,
  type Run,
  run,
  seconds,
  type Verdict,
  verdict,
} from "./parts.ts";

/** What came of going through the steps against a disaster: on throwaways, or in earnest as far as they have come. */
export interface DisasterReport {
  readonly kind: "disaster";
  readonly verdict: Verdict;
  readonly database: string;
  readonly scenario: "deleted" | "ransomware" | "outage";
  /** The scenario for people, such as `A: the database is gone`. */
  readonly title: string;
  readonly mode: "rehearse" | "execute";
  /** The execution that this run belongs to; null for a rehearsal, which is over when it ends. */
  readonly disaster: string | null;
  readonly run: Run;
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    /** The contact's role in the plan. */
    readonly contact: string;
    readonly does: string;
    readonly proof: string;
    /** What only a person can decide here; null where there is nothing to decide. */
    readonly decide: string | null;
    readonly expected_s: number;
    readonly state: "pending" | "running" | "done" | "failed" | "waiting" | "by_hand" | "not_run";
    readonly says: string;
    /** Null where it was not begun, or a person did it. */
    readonly seconds: number | null;
  }[];
  /** Every step that a tool can show to be done. */
  readonly checks: readonly CheckResult[];
  /** Steps that only a person can do, and what a rehearsal cannot say. */
  readonly not_covered: readonly NotCovered[];
  /** What goes on from here, as a sentence. */
  readonly way_on: string;
  readonly report: ReportFiles;
}

/** The record of going through the steps against a disaster. */
export const disasterReportSchema = z.object({
  kind: z.literal("disaster"),
  verdict,
  database: z.string(),
  scenario: z.enum(["deleted", "ransomware", "outage"]),
  title: z.string(),
  mode: z.enum(["rehearse", "execute"]),
  disaster: nothingOr(z.string()),
  run,
  steps: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      contact: z.string(),
      does: z.string(),
      proof: z.string(),
      decide: nothingOr(z.string()),
      expected_s: seconds,
      state: z.enum(["pending", "running", "done", "failed", "waiting", "by_hand", "not_run"]),
      says: z.string(),
      seconds: nothingOr(seconds),
    }),
  ),
  checks: z.array(check),
  not_covered: z.array(notCovered),
  way_on: z.string(),
  report: files,
}) satisfies z.ZodType<DisasterReport>;
