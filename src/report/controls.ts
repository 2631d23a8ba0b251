/*
 * Which checks of a proof speak to which requirement of the frameworks that ask for restore tests. A map, not an
 * assessment: whether a requirement is met is for whoever reviews the report to say. The wording is ours; clauses by
 * AICPA Trust Services Criteria 2017, ISO/IEC 27001:2022, Regulation (EU) 2022/2554 and NIST SP 800-53 revision 5.
 */

/** One requirement, and what of a proof answers it. */
export interface Control {
  readonly framework: string;
  readonly clause: string;
  /** What it asks for, in few words. */
  readonly asks: string;
  /** Beginnings of the ids of checks that answer it. */
  readonly checks: readonly string[];
  /** What else in the report answers it. */
  readonly also: string;
}

/** Equality of the copy with what was backed up: a census or, for an archive of another tool, the archive itself. */
const integrity = ["backup.", "data.", "definitions.", "sequences.", "large_objects.", "archive."];
/** Rules that hold whatever a load did. */
const soundness = ["constraints.", "physical.", "smoke.", "team.", "plan.record_counts", "plan.orphans"];
const restoration = ["run.", "restore."];
const objectives = ["objectives."];
const protection = ["roles.", "plan.rls_enabled"];

export const controls: readonly Control[] = [
  {
    framework: "SOC 2",
    clause: "A1.2",
    asks: "data is backed up, and what is backed up is protected",
    checks: ["backup.", "plan.freshness", "plausibility.", ...protection],
    also: "the backup's digest and age",
  },
  {
    framework: "SOC 2",
    clause: "A1.3",
    asks: "recovery is tested, and meets its objectives",
    checks: [...restoration, ...integrity, ...soundness, ...objectives],
    also: "phases and their times; the app's tests on the copy",
  },
  {
    framework: "ISO/IEC 27001",
    clause: "A.8.13",
    asks: "backup copies are kept and regularly tested",
    checks: [...restoration, ...integrity, "plan.freshness", "plausibility."],
    also: "kind and time of this run; the evidence chain",
  },
  {
    framework: "DORA",
    clause: "art. 12 (2)",
    asks: "backup and restoration are tested periodically",
    checks: [...restoration, ...integrity],
    also: "the self-test by sabotage",
  },
  {
    framework: "DORA",
    clause: "art. 12 (3)",
    asks: "what is restored is kept apart from the source, and protected",
    checks: ["isolation.", ...protection],
    also: "the target, and its destruction",
  },
  {
    framework: "DORA",
    clause: "art. 12 (6)",
    asks: "objectives of recovery time and point are set, and kept",
    checks: objectives,
    also: "where the time went",
  },
  {
    framework: "DORA",
    clause: "art. 12 (7)",
    asks: "several checks and reconciliations show the integrity of what was recovered",
    checks: [...integrity, ...soundness],
    also: "findings; what is not covered, with reasons",
  },
  {
    framework: "NIST SP 800-53",
    clause: "CP-4",
    asks: "the contingency plan is tested, results are reviewed, and mended",
    checks: [...restoration, ...objectives],
    also: "issue and reviewer, below",
  },
  {
    framework: "NIST SP 800-53",
    clause: "CP-9",
    asks: "backups are taken as often as the objectives ask, complete and protected",
    checks: ["backup.", "plan.freshness", "plausibility.", "objectives.rpo"],
    also: "candidates that were passed over",
  },
  {
    framework: "NIST SP 800-53",
    clause: "CP-9 (1), (2)",
    asks: "backups are tested for integrity, and a sample is restored",
    checks: [...restoration, ...integrity, ...soundness],
    also: "which backup was chosen",
  },
];
