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
  phase,
  run,
  seconds,
  verdict,
} from "./parts.ts";

const kind = z.enum(["demo", "manual", "daily", "weekly", "monthly", "drill", "recovery"]);
export type Kind = z.output<typeof kind>;

/** What the app's own tests came to on the copy. */
export const rehearsal = nothingOr(
  z.object({
    passed: count,
    failed: count,
    skipped: count,
    tests: z.array(z.object({ name: z.string(), status: z.string(), seconds, error: nothingOr(z.string()) })),
  }),
);

/**
 * The one model of a proof, as `prove --json` prints it. Markdown, JSON, summary, issue and mail are views of it. Every
 * field is always there.
 */
export const proofReportSchema = z.object({
  verdict,
  level: z.enum(["source-exact", "source-sampled", "archive-exact"]),
  database: z.string(),
  kind,
  damaged: z.boolean(),
  run,
  backup: nothingOr(
    z.object({
      id: z.string(),
      taken_at: instant,
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
  rehearsal,
  report: files,
});
export type ProofReport = Kept<typeof proofReportSchema>;
