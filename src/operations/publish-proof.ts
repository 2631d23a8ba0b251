import { relative } from "node:path";
import { buildProofReport } from "../report/build.ts";
import type { Kind, ProofReport } from "../report/model.ts";
import { writeReport } from "../report/write.ts";
import type { UseCaseContext } from "./context.ts";
import type { ProofRun } from "./proof-run.ts";
import { runFacts } from "./run-facts.ts";
import type { Subject } from "./subject.ts";

/** What a report says of a run besides what the run has come to. */
export interface ProofFacts {
  readonly kind: Kind;
  readonly level: ProofReport["level"];
  readonly startedAt: Date;
  /** The copy was harmed on purpose. */
  readonly damaged: boolean;
  /** The folder of the reports. */
  readonly reports: string;
}

/** Makes the report of a proof that has ended, well or early, and writes it. */
export function publishProof(
  context: UseCaseContext,
  { plan, name }: Subject,
  run: ProofRun,
  { kind, level, startedAt, damaged, reports }: ProofFacts,
): Promise<ProofReport> {
  return writeReport(
    reports,
    buildProofReport({
      database: name,
      kind,
      level,
      run: runFacts(context, startedAt),
      phases: run.phases,
      checks: run.checks,
      restore_errors: run.restoreErrors,
      not_covered: run.notCovered,
      objectives: plan.objectives,
      newestBackupAge: run.newestBackupAge,
      backup: run.backup,
      target: run.target,
      sabotage: run.sabotage,
      rehearsal: run.rehearsal,
      damaged,
    }),
    relative(context.workingDirectory, reports),
  );
}
