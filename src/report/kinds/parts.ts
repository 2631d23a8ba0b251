import { z } from "zod";

/*
 * What every kind of report has. A report may have been written by a later version: keys that are not known here are passed
 * over, but every known one must be there.
 */

export type Verdict = "proven" | "failed" | "inconclusive";

/** A promise in seconds and what was measured; `measured_s` and `met` are null where it could not be measured. */
export interface Objective {
  readonly target_s: number;
  readonly measured_s: number | null;
  readonly met: boolean | null;
}

/** What started a run, and when it ran. The same for every kind of report. */
export interface Run {
  readonly id: string;
  readonly url: string | null;
  readonly actor: string;
  readonly commit: string | null;
  readonly version: string;
  readonly started_at: string;
  readonly finished_at: string;
}

/** A part of a run, and how long it took. */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
}

/** Paths of the written files, relative to the reports' folder's parent. */
export interface ReportFiles {
  readonly markdown: string;
  readonly json: string;
}

export const nothingOr = <T extends z.ZodType>(schema: T) => schema.nullable();

export const count = z.int().min(0);

export const seconds = z.number();

export const verdict = z.enum(["proven", "failed", "inconclusive"]) satisfies z.ZodType<Verdict>;

export const phase = z.object({ name: z.string(), seconds }) satisfies z.ZodType<Phase>;

export const files = z.object({ markdown: z.string(), json: z.string() });

export const notCovered = z.object({ what: z.string(), why: z.string() });

export const objective = z.object({ target_s: seconds, measured_s: nothingOr(seconds), met: nothingOr(z.boolean()) });

export const run = z.object({
  id: z.string(),
  url: nothingOr(z.string()),
  actor: z.string(),
  commit: nothingOr(z.string()),
  version: z.string(),
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime(),
});

const finding = z.object({ object: z.string(), attribute: z.string(), expected: z.string(), actual: z.string() });

export const check = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(["passed", "failed", "not_run"]),
  expected: z.string(),
  actual: z.string(),
  findings: z.array(finding),
  seconds,
  reason: z.string(),
});
