import type { ProofReport } from "./model.ts";
import { objective, restoreSeconds } from "./objectives.ts";
import { decideVerdict } from "./verdict.ts";

/** What an operation knows when a proof has ended, well or early. */
export interface ProofParts
  extends Pick<
    ProofReport,
    "database" | "kind" | "level" | "run" | "phases" | "checks" | "restore_errors" | "not_covered"
  > {
  /** The plan's promises, in seconds. */
  readonly objectives: { readonly rto: number; readonly rpo: number };
  /**
   * Age in seconds of the newest backup there is, which need not be the proven one; null where it is not known, negative
   * where it claims to be of the future.
   */
  readonly newestBackupAge: number | null;
  readonly backup?: ProofReport["backup"];
  readonly target?: ProofReport["target"];
  readonly damaged?: boolean;
  readonly sabotage?: ProofReport["sabotage"];
  readonly rehearsal?: ProofReport["rehearsal"];
}

/** A report before it is written: only the writer knows where it will stand. */
export type Unwritten<R extends { readonly report: unknown }> = R extends unknown ? Omit<R, "report"> : never;

/**
 * Assembles a proof's report: every field is there, the verdict and the objectives follow from the parts.
 */
export function buildProofReport(parts: ProofParts): Unwritten<ProofReport> {
  const { checks, restore_errors } = parts;
  const { damaged = false, sabotage = null, rehearsal = null } = parts;
  return {
    verdict: decideVerdict({ checks, restore_errors, sabotage, rehearsal, damaged }),
    level: parts.level,
    database: parts.database,
    kind: parts.kind,
    damaged,
    run: parts.run,
    backup: parts.backup ?? null,
    target: parts.target ?? null,
    objectives: {
      rto: objective(parts.objectives.rto, restoreSeconds(parts.phases)),
      rpo: objective(parts.objectives.rpo, parts.newestBackupAge),
    },
    phases: parts.phases,
    checks,
    restore_errors,
    not_covered: oncePerSubject(parts.not_covered),
    sabotage,
    rehearsal,
  };
}

/** The census and the backup may both say that something was left out: people need to read it once. */
function oncePerSubject(entries: ProofReport["not_covered"]): ProofReport["not_covered"] {
  const first = new Map<string, (typeof entries)[number]>();
  for (const entry of entries) if (!first.has(entry.what)) first.set(entry.what, entry);
  return [...first.values()];
}
