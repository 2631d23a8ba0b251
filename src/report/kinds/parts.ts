import { z } from "zod";

/*
 * What every kind of report has. A report may have been written by a later version: keys that are not known here are passed
 * over, but every known one must be there. Each schema is also the type: nothing is written twice.
 */

/** What a schema reads, for code that must not change it. */
export type Kept<T extends z.ZodType> = DeepReadonly<z.output<T>>;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

export const nothingOr = <T extends z.ZodType>(schema: T) => schema.nullable();

export const count = z.int().min(0);

export const seconds = z.number();

export const instant = z.iso.datetime();

export const verdict = z.enum(["proven", "failed", "inconclusive"]);
export type Verdict = z.output<typeof verdict>;

/** A part of a run, and how long it took. */
export const phase = z.object({ name: z.string(), seconds });
export type Phase = Kept<typeof phase>;

/** Paths of the written files, relative to the reports' folder's parent. */
export const files = z.object({ markdown: z.string(), json: z.string() });
export type ReportFiles = Kept<typeof files>;

export const notCovered = z.object({ what: z.string(), why: z.string() });

/** A promise in seconds and what was measured; `measured_s` and `met` are null where it could not be measured. */
export const objective = z.object({ target_s: seconds, measured_s: nothingOr(seconds), met: nothingOr(z.boolean()) });
export type Objective = Kept<typeof objective>;

/** What started a run, and when it ran. The same for every kind of report. */
export const run = z.object({
  id: z.string(),
  url: nothingOr(z.string()),
  actor: z.string(),
  commit: nothingOr(z.string()),
  version: z.string(),
  started_at: instant,
  finished_at: instant,
});
export type Run = Kept<typeof run>;

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
