import { z } from "zod";
import { check, files, type Kept, notCovered, nothingOr, run, seconds, verdict } from "./parts.ts";

const step = z.object({
  id: z.string(),
  title: z.string(),
  /** The contact's role in the plan. */
  contact: z.string(),
  does: z.string(),
  proof: z.string(),
  /** What only a person can decide here; null where there is nothing to decide. */
  decide: nothingOr(z.string()),
  expected_s: seconds,
  state: z.enum(["pending", "running", "done", "failed", "waiting", "by_hand", "not_run"]),
  says: z.string(),
  /** Null where it was not begun, or a person did it. */
  seconds: nothingOr(seconds),
});

/** What came of going through the steps against a disaster: on throwaways, or in earnest as far as they have come. */
export const disasterReportSchema = z.object({
  kind: z.literal("disaster"),
  verdict,
  database: z.string(),
  scenario: z.enum(["deleted", "ransomware", "outage"]),
  /** The scenario for people, such as `A: the database is gone`. */
  title: z.string(),
  mode: z.enum(["rehearse", "execute"]),
  /** The execution that this run belongs to; null for a rehearsal, which is over when it ends. */
  disaster: nothingOr(z.string()),
  run,
  steps: z.array(step),
  /** Every step that a tool can show to be done. */
  checks: z.array(check),
  /** Steps that only a person can do, and what a rehearsal cannot say. */
  not_covered: z.array(notCovered),
  /** What goes on from here, as a sentence. */
  way_on: z.string(),
  report: files,
});
export type DisasterReport = Kept<typeof disasterReportSchema>;
