import { z } from "zod";
import type { CheckResult, NotCovered } from "../../proof/types.ts";
import type { RestoreError } from "../../restore/types.ts";
import {
  check,
  count,
  files,
  notCovered,
  nothingOr,
  type Objective,
  objective,
  type Phase,
  phase,
  type ReportFiles,
  type Run,
  run,
  seconds,
  type Verdict,
  verdict,
} from "./parts.ts";

export type Kind = "demo" | "manual" | "daily" | "weekly" | "monthly" | "drill" | "recovery";

/** The one model of a proof. Markdown, JSON, summary, issue and mail are views of it. Every field is always there. */
export interface ProofReport {
  readonly verdict: Verdict;
  readonly level: "source-exact" | "source-sampled" | "archive-exact";
  readonly database: string;
  readonly kind: Kind;
  readonly damaged: boolean;
  readonly run: Run;
  readonly backup: {
    readonly id: string;
    readonly taken_at: string;
    readonly age_s: number;
    readonly size_bytes: number;
    readonly digest: string;
    readonly server_version: string;
    readonly candidates_skipped: readonly { readonly id: string; readonly reason: string }[];
  } | null;
  readonly target: {
    readonly kind: "cluster" | "service" | "branch" | "project";
    readonly server_version: string;
    readonly destroyed: boolean;
  } | null;
  readonly objectives: { readonly rto: Objective; readonly rpo: Objective };
  readonly phases: readonly Phase[];
  readonly checks: readonly CheckResult[];
  readonly restore_errors: readonly RestoreError[];
  readonly not_covered: readonly NotCovered[];
  readonly sabotage: { readonly tried: number; readonly caught: number; readonly missed: readonly string[] } | null;
  readonly rehearsal: {
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    readonly tests: readonly {
      readonly name: string;
      readonly status: string;
      readonly seconds: number;
      readonly error: string | null;
    }[];
  } | null;
  readonly report: ReportFiles;
}

/** A proof's report, as `prove --json` prints it. */
export const proofReportSchema = z.object({
  verdict,
  level: z.enum(["source-exact", "source-sampled", "archive-exact"]),
  database: z.string(),
  kind: z.enum(["demo", "manual", "daily", "weekly", "monthly", "drill", "recovery"]),
  damaged: z.boolean(),
  run,
  backup: nothingOr(
    z.object({
      id: z.string(),
      taken_at: z.iso.datetime(),
      age_s: seconds,
      size_bytes: count,
      digest: z.string(),
      server_version: z.string(),
      candidates_skipped: z.array(z.object({ id: z.string(), reason: z.string() })),
    }),
  ),
  target: nothingOr(
    z.object({
      kind: z.enum(["cluster", "service", "branch", "project"]),
      server_version: z.string(),
      destroyed: z.boolean(),
    }),
  ),
  objectives: z.object({ rto: objective, rpo: objective }),
  phases: z.array(phase),
  checks: z.array(check),
  restore_errors: z.array(z.object({ message: z.string(), object: z.string(), allowed_by: nothingOr(z.string()) })),
  not_covered: z.array(notCovered),
  sabotage: nothingOr(z.object({ tried: count, caught: count, missed: z.array(z.string()) })),
  rehearsal: nothingOr(
    z.object({
      passed: count,
      failed: count,
      skipped: count,
      tests: z.array(z.object({ name: z.string(), status: z.string(), seconds, error: nothingOr(z.string()) })),
    }),
  ),
  report: files,
}) satisfies z.ZodType<ProofReport>;
