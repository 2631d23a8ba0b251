import { randomBytes } from "node:crypto";
import { IthacaError } from "../base/errors.ts";
import { takeCopyCensus } from "../census/copy-census.ts";
import { readWrites, type WriteCounters } from "../census/writes.ts";
import { connect } from "../postgres/connect.ts";
import { connectToRead } from "../postgres/pooler.ts";
import { definitionsEquality } from "../proof/checks/definitions-equality.ts";
import { objectiveRpo, objectiveRto } from "../proof/checks/objectives.ts";
import { planOrphans } from "../proof/checks/plan-orphans.ts";
import { planRlsEnabled } from "../proof/checks/plan-rls-enabled.ts";
import { branchData, branchIsolation, branchReferenceIntact } from "../proof/platform/branch.ts";
import { runChecks } from "../proof/run-checks.ts";
import { teamCheck } from "../proof/team/check.ts";
import type { Check, ProofContext, TeamCheck } from "../proof/types.ts";
import { recordedDigest } from "../report/history.ts";
import { restoreSeconds } from "../report/objectives.ts";
import type { BranchCopy } from "../supabase/branch-copy.ts";
import type { BranchReference } from "./branch-reference.ts";
import type { UseCaseContext } from "./context.ts";
import type { ProofRun } from "./proof-run.ts";
import { type Subject, sourceTarget } from "./subject.ts";

/** Connections to the branch: its pool has 15 by default. */
const workers = 2;

/** What a branch is judged by. */
interface Judged {
  readonly subject: Subject;
  /** The folder of the reports. */
  readonly reports: string;
  readonly teamChecks: readonly TeamCheck[];
}

/** The checks of a branch, in the order in which people read them. */
export function branchChecks(
  teamChecks: readonly TeamCheck[],
  bounds: Parameters<typeof branchData>[0],
  parent: string,
  branch: string,
): Check[] {
  return [
    branchIsolation(parent, branch),
    branchReferenceIntact,
    branchData(bounds),
    definitionsEquality,
    planOrphans,
    planRlsEnabled,
    objectiveRto,
    objectiveRpo,
    ...teamChecks.map(teamCheck),
  ];
}

/** Compares a branch with the newest census of the vault. What it finds goes into `run`. */
export async function examineBranch(
  context: UseCaseContext,
  run: ProofRun,
  { subject, reports, teamChecks }: Judged,
  { reference, branch, parent }: { reference: BranchReference; branch: BranchCopy; parent: string },
): Promise<void> {
  const { progress, clock } = context;
  const { plan, database, planDirectory } = subject;
  const { role_views: _, ...expected } = reference.census;
  const { target } = branch;
  const census = await run.phase("census", () =>
    takeCopyCensus({ target, scope: reference.scope, database, expected, workers, progress }),
  );
  const bounds = { from: reference.writesBefore, to: await sourceWrites(context, subject) };
  await run.phase("checks", async () => {
    await using session = await connect(target, { readOnly: true });
    const proof: ProofContext = {
      plan,
      database,
      manifest: reference.manifest,
      expected,
      copy: census,
      session,
      restoreErrors: [],
      restoreSkipped: [],
      planDirectory,
      now: clock.now(),
      archiveProblems: reference.problems,
      recordedDigest: await recordedDigest(reports, reference.manifest.id),
      throwaway: { kind: "branch", isolation: { osUser: null, networkless: false }, notProduction: "none" },
      measured: {
        rtoSeconds: restoreSeconds([...run.phases, { name: "checks", seconds: 0 }]),
        rpoSeconds: run.newestBackupAge,
      },
      history: [],
      examine: async () => null,
      hashKey: randomBytes(32),
      teamChecks,
    };
    const found = await runChecks(proof, progress, branchChecks(teamChecks, bounds, parent, branch.ref));
    run.checks.push(...found.checks);
    run.notCovered.push(...found.notCovered);
  });
}

/** The counters of production after the branch was made; undefined where production cannot be asked. */
async function sourceWrites(context: UseCaseContext, { database }: Subject): Promise<WriteCounters | undefined> {
  const source = sourceTarget(context, database);
  if (source === null) return undefined;
  try {
    await using session = await connectToRead(source);
    return await readWrites(session);
  } catch (thrown) {
    if (!(thrown instanceof IthacaError) || thrown.kind !== "surroundings") throw thrown;
    context.progress.warn(`What was written meanwhile cannot be bounded: ${thrown.message}`);
    return undefined;
  }
}
