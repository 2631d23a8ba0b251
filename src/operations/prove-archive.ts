import { join, resolve } from "node:path";
import type { Manifest } from "../backup/manifest.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { connect } from "../postgres/connect.ts";
import type { Target } from "../postgres/types.ts";
import { plannedArchiveChecks } from "../proof/archive/checks.ts";
import { loadTeamChecks } from "../proof/team/load.ts";
import type { Kind, ProofReport } from "../report/model.ts";
import { dropLoader } from "../restore/foreign/loader-role.ts";
import { openForeign } from "../restore/foreign/open-foreign.ts";
import { restoreForeign } from "../restore/foreign/restore-foreign.ts";
import { aboutArchive } from "./archive-limits.ts";
import { manifestOf } from "./archive-manifest.ts";
import type { UseCaseContext } from "./context.ts";
import { readDamage } from "./copy.ts";
import { examineArchive, type OpenedProof } from "./examine-archive.ts";
import { type ProofRun, recordEarlyEnd, startProofRun } from "./proof-run.ts";
import { publishProof } from "./publish-proof.ts";
import type { Subject } from "./subject.ts";
import { type OpenedThrowaway, openThrowaway } from "./throwaway.ts";

/** What is proved, and how it is filed. */
export interface ArchiveProof {
  readonly paths: readonly string[];
  readonly kind: Kind;
  readonly damage: string | undefined;
  readonly production: Target | null;
  readonly reports: string;
}

/** Not `postgres`: that role owns what Supabase's dumps hold, and no owner may be a superuser here. */
const superuser = "ithaca_superuser";

/**
 * Proves an archive that this project did not take: loads it into a throwaway database, and shows that the copy is what
 * the archive holds (`archive-exact`). Whether the archive is what the database held, nobody can say without a census.
 *
 * @throws archive.* of kind `input` where the paths are no backup; damage becomes a failed report
 */
export async function proveArchive(
  context: UseCaseContext,
  subject: Subject,
  request: ArchiveProof,
): Promise<ProofReport> {
  const { database, planDirectory } = subject;
  const startedAt = context.clock.now();
  const teamChecks = database.checks === undefined ? [] : await loadTeamChecks(join(planDirectory, database.checks));
  const damage = request.damage === undefined ? null : await readDamage(context, request.damage);
  const paths = request.paths.map((path) => resolve(context.workingDirectory, path));
  const run = startProofRun();
  try {
    await using scratch = await scratchDirectory("archive");
    const opened = await run.phase("fetch", () =>
      context.progress.step("Look at the archive", () => openForeign(paths, scratch.path, context.signal)),
    );
    await proveOpened(context, run, { subject, opened, startedAt, teamChecks, damage, production: request.production });
  } catch (thrown) {
    context.signal.throwIfAborted();
    recordEarlyEnd(run, thrown, plannedArchiveChecks(teamChecks));
  }
  return publishProof(context, subject, run, {
    kind: request.kind,
    level: "archive-exact",
    startedAt,
    damaged: damage !== null,
    reports: request.reports,
  });
}

async function proveOpened(context: UseCaseContext, run: ProofRun, proof: OpenedProof): Promise<void> {
  const manifest = await manifestOf(proof.opened, proof.subject.name);
  const age = Math.max(0, (proof.startedAt.getTime() - Date.parse(manifest.taken_at)) / 1000);
  run.newestBackupAge = age;
  run.backup = {
    id: manifest.id,
    taken_at: manifest.taken_at,
    age_s: age,
    size_bytes: manifest.sizes.dump_bytes,
    digest: manifest.digest,
    server_version: manifest.versions.server,
    candidates_skipped: [],
  };
  run.notCovered.push(...aboutArchive(proof.opened));
  const opened = await run.phase("prepare", () =>
    context.progress.step("Start a throwaway database", () =>
      openThrowaway(context, manifest, proof.production, { superuser }),
    ),
  );
  run.target = { kind: opened.throwaway.kind, server_version: opened.serverVersion, destroyed: false };
  run.notCovered.push(...opened.notCovered);
  const target = run.target;
  try {
    await proveOn(context, run, proof, { manifest, opened });
  } finally {
    await run.phase("cleanup", async () => {
      run.target = { ...target, destroyed: await opened.throwaway.destroy() };
    });
  }
}

async function proveOn(
  context: UseCaseContext,
  run: ProofRun,
  proof: OpenedProof,
  { manifest, opened }: { readonly manifest: Manifest; readonly opened: OpenedThrowaway },
): Promise<void> {
  const { progress, clock, signal } = context;
  const { parts } = proof.opened;
  const { target } = opened.throwaway;
  run.current = "restore";
  const { database } = proof.subject;
  const restored = await restoreForeign({ parts, target, database, progress, clock, signal });
  try {
    await examineArchive(context, run, proof, { manifest, opened, restored });
  } finally {
    // A server that was given to us outlives the copy, and the loader's role would stay on it.
    await using admin = await connect(target, { readOnly: false });
    await dropLoader(admin, restored.reader.user);
  }
}
