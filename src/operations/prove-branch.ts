import { join, resolve } from "node:path";
import { scratchDirectory } from "../base/scratch.ts";
import type { Promised } from "../proof/platform/facts.ts";
import { loadTeamChecks } from "../proof/team/load.ts";
import type { TeamCheck } from "../proof/types.ts";
import type { Kind, ProofReport } from "../report/model.ts";
import { makeBranch, sweepBranches } from "../supabase/branch-copy.ts";
import { listBackups } from "../supabase/management/backups.ts";
import { type PlatformAccess, platformAccess } from "../supabase/management/settings.ts";
import { type BranchReference, branchReference } from "./branch-reference.ts";
import type { UseCaseContext } from "./context.ts";
import { operationErrors } from "./errors.ts";
import { branchChecks, examineBranch } from "./examine-branch.ts";
import { type ProofRun, recordEarlyEnd, startProofRun } from "./proof-run.ts";
import { publishProof } from "./publish-proof.ts";
import type { Subject } from "./subject.ts";

/** What must be known before it is begun. */
const branchCosts =
  "A branch with data is billed like a project of its size, by the hour, until it is deleted; it needs an account with branching, and the platform makes it from its own backup, which takes minutes";

/**
 * Proves the platform's own backup: has a branch made from it, compares that with the newest census of the vault, and
 * deletes the branch in every case.
 */
export async function proveBranch(
  context: UseCaseContext,
  subject: Subject,
  request: { readonly kind: Kind; readonly reports: string },
): Promise<ProofReport> {
  const { database, planDirectory, name } = subject;
  const promised = database.managed;
  if (promised === undefined) throw operationErrors.nothing_managed({ database: name });
  const startedAt = context.clock.now();
  const teamChecks = database.checks === undefined ? [] : await loadTeamChecks(join(planDirectory, database.checks));
  const run = startProofRun();
  try {
    await proveOn(context, run, { subject, reports: request.reports, promised, startedAt, teamChecks });
  } catch (thrown) {
    context.signal.throwIfAborted();
    recordEarlyEnd(run, thrown, branchChecks(teamChecks, { from: undefined, to: undefined }, "parent", "branch"));
  }
  return publishProof(context, subject, run, {
    kind: request.kind,
    level: "source-exact",
    startedAt,
    damaged: false,
    reports: request.reports,
  });
}

interface BranchProof {
  readonly subject: Subject;
  /** The folder of the reports. */
  readonly reports: string;
  readonly promised: Promised;
  readonly startedAt: Date;
  readonly teamChecks: readonly TeamCheck[];
}

/** The time of the backup that the platform will make the branch from, as far as it tells. */
async function platformBackup({ api, ref }: PlatformAccess): Promise<{ at: string | null; id: string }> {
  const { backups, window } = await listBackups(api, ref);
  const newest = backups.find(({ status }) => status === "COMPLETED");
  if (newest !== undefined) return { at: newest.inserted_at, id: `platform backup ${newest.id ?? newest.inserted_at}` };
  return { at: window?.latest ?? null, id: "platform's window of recovery" };
}

async function proveOn(context: UseCaseContext, run: ProofRun, proof: BranchProof): Promise<void> {
  const { promised, subject, startedAt } = proof;
  const { environment, progress, signal, clock } = context;
  const access = platformAccess(environment, promised, signal);
  const cleaner = platformAccess(environment, promised, new AbortController().signal);
  progress.warn(`${branchCosts}. It lives ${Math.round(promised.branch_time_limit / 60)} min at most.`);
  await using scratch = await scratchDirectory("branch-proof");
  const reference = await run.phase("fetch", async () => {
    const backup = await platformBackup(access);
    const found = await progress.step("Fetch the newest census", () =>
      branchReference(context, subject.name, scratch.path, backup.at),
    );
    run.newestBackupAge = backup.at === null ? null : Math.max(0, (startedAt.getTime() - Date.parse(backup.at)) / 1000);
    run.backup = {
      id: backup.id,
      taken_at: backup.at ?? startedAt.toISOString(),
      age_s: run.newestBackupAge ?? 0,
      size_bytes: 0,
      digest: "none: the platform tells no digest of its backups",
      server_version: found.manifest.versions.server,
      candidates_skipped: [],
    };
    return found;
  });
  run.notCovered.push(...limits(reference));
  await run.phase("prepare", async () => {
    for (const name of await sweepBranches(cleaner, clock.now())) {
      progress.warn(`Deleted the branch ${name} of an earlier run, whose time was over`);
    }
  });
  const file = promised.ca_file;
  await using branch = await run.phase("restore.data", () =>
    progress.step("Have a branch made from the platform's backup", (note) =>
      makeBranch({
        access,
        cleaner,
        timeLimit: promised.branch_time_limit,
        sslrootcert: file === undefined ? undefined : resolve(context.workingDirectory, file),
        now: clock.now(),
        note,
      }),
    ),
  );
  run.target = { kind: "branch", server_version: branch.serverVersion, destroyed: false };
  try {
    await examineBranch(context, run, proof, { reference, branch, parent: access.ref });
  } catch (thrown) {
    branch.assertAlive();
    throw thrown;
  } finally {
    const target = run.target;
    await run.phase("cleanup", async () => {
      run.target = { ...target, destroyed: await branch.destroy() };
    });
  }
}

/** What such a proof says nothing about. */
function limits({ manifest, census }: BranchReference): { what: string; why: string }[] {
  return [
    ...manifest.left_out,
    ...census.not_covered,
    {
      what: "Rows of tables that were written meanwhile, one by one",
      why: "the platform's backup is not the snapshot of a census: of these tables only how many rows differ is bounded",
    },
    {
      what: "What each role sees, sequences, random records",
      why: "they are compared where backups of the vault are proven",
    },
    { what: "Pages of tables and indexes", why: "a branch gives no superuser, and amcheck needs one" },
  ];
}
