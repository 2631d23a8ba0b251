import { randomBytes } from "node:crypto";
import { basename, join, resolve } from "node:path";
import type { Manifest } from "../backup/manifest.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { readFreshness } from "../census/freshness.ts";
import { listRelations } from "../census/relations.ts";
import type { Census } from "../census/types.ts";
import { findServer } from "../postgres/clients.ts";
import { connect } from "../postgres/connect.ts";
import type { Session, Target } from "../postgres/types.ts";
import { archiveChecks, plannedArchiveChecks } from "../proof/archive/checks.ts";
import { gatherEvidence } from "../proof/archive/gather.ts";
import type { ArchiveEvidence } from "../proof/archive/types.ts";
import { runChecks } from "../proof/run-checks.ts";
import { loadTeamChecks } from "../proof/team/load.ts";
import type { ProofContext, TeamCheck } from "../proof/types.ts";
import { buildProofReport } from "../report/build.ts";
import type { Kind, ProofReport } from "../report/model.ts";
import { restoreSeconds } from "../report/objectives.ts";
import { writeReport } from "../report/write.ts";
import { dropLoader } from "../restore/foreign/loader-role.ts";
import { type OpenedForeign, openForeign } from "../restore/foreign/open-foreign.ts";
import { restoreForeign } from "../restore/foreign/restore-foreign.ts";
import type { ForeignRestore } from "../restore/foreign/types.ts";
import { aboutArchive } from "./archive-limits.ts";
import type { UseCaseContext } from "./context.ts";
import { type Damage, harmCopy, readDamage } from "./copy.ts";
import { type ProofRun, recordEarlyEnd, startProofRun } from "./proof-run.ts";
import { runFacts, version } from "./run-facts.ts";
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
  const { plan, database, planDirectory, name } = subject;
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
  return writeReport(
    request.reports,
    buildProofReport({
      database: name,
      kind: request.kind,
      level: "archive-exact",
      run: runFacts(context, startedAt),
      phases: run.phases,
      checks: run.checks,
      restore_errors: run.restoreErrors,
      not_covered: run.notCovered,
      objectives: plan.objectives,
      newestBackupAge: run.newestBackupAge,
      backup: run.backup,
      target: run.target,
      damaged: damage !== null,
    }),
  );
}

interface OpenedProof {
  readonly subject: Subject;
  readonly opened: OpenedForeign;
  readonly startedAt: Date;
  readonly teamChecks: readonly TeamCheck[];
  readonly damage: Damage | null;
  readonly production: Target | null;
}

const majorIn = (text: string | null): number | null => {
  const digits = /^\D*(\d+)/.exec(text ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
};

/** What is known of the archive in the form in which every backup is described. */
async function manifestOf({ opened, subject }: OpenedProof): Promise<Manifest> {
  const { header, locale, files, digest, bytes, writtenAt } = opened;
  const takenAt = header.takenAt ?? writtenAt.toISOString();
  const [first] = files;
  const stem = basename(files.length === 1 ? (first?.path ?? "") : (first?.path.split("/")[0] ?? "archive"));
  const major = majorIn(header.serverVersion) ?? (await findServer()).major;
  return {
    format: 1,
    id: `${stem}-${digest.slice(0, 8)}`,
    database: subject.name,
    taken_at: new Date(takenAt).toISOString(),
    started_at: new Date(takenAt).toISOString(),
    finished_at: new Date(takenAt).toISOString(),
    versions: {
      ithaca: version,
      server: header.serverVersion ?? "unknown",
      server_num: major * 10_000,
      pg_dump: header.dumpVersion ?? "unknown",
    },
    server: {
      database: subject.name,
      encoding: locale?.encoding ?? "UTF8",
      collate: locale?.collate ?? "C.UTF-8",
      ctype: locale?.ctype ?? "C.UTF-8",
      locale_provider: locale?.provider ?? "libc",
      icu_locale: locale?.icuLocale ?? null,
    },
    sizes: { database_bytes: 0, dump_bytes: bytes },
    files: [...files],
    digest,
    left_out: [],
    scope: { excludedSchemas: [], excludedTables: [], excludedRows: [], excludedExtensions: [] },
  };
}

async function proveOpened(context: UseCaseContext, run: ProofRun, proof: OpenedProof): Promise<void> {
  const manifest = await manifestOf(proof);
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
      openThrowaway(context, manifest, proof.production, superuser),
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
    await examine(context, run, proof, { manifest, opened, restored });
  } finally {
    // A server that was given to us outlives the copy, and the loader's role would stay on it.
    await using admin = await connect(target, { readOnly: false });
    await dropLoader(admin, restored.reader.user);
  }
}

/** Compares a loaded copy with its archive, and runs the checks. */
async function examine(
  context: UseCaseContext,
  run: ProofRun,
  proof: OpenedProof,
  {
    manifest,
    opened,
    restored,
  }: {
    readonly manifest: Manifest;
    readonly opened: OpenedThrowaway;
    readonly restored: Awaited<ReturnType<typeof restoreForeign>>;
  },
): Promise<void> {
  const { progress, signal } = context;
  const { parts } = proof.opened;
  const { target } = opened.throwaway;
  run.phases.push(...restored.phases);
  run.restoreErrors.push(...restored.errors);
  run.notCovered.push(...restored.notCovered);
  const serverVersion = proof.opened.header.serverVersion ?? restored.content.serverVersion;
  if (run.backup !== null && serverVersion !== null) run.backup = { ...run.backup, server_version: serverVersion };
  const { damage } = proof;
  if (damage !== null) await progress.step("Harm the copy", () => harmCopy(target, damage));
  const evidence = await run.phase("census", () =>
    progress.step("Compare the copy with the archive", (note) =>
      gatherEvidence(
        {
          restored,
          reader: restored.reader,
          sources: [...parts.definitions, ...parts.data],
          archiveMajor: majorIn(serverVersion),
          signal,
          note,
        },
        { promised: proof.opened.promised, digest: `sha256:${manifest.digest}`, files: manifest.files.length },
      ),
    ),
  );
  await run.phase("checks", async () => {
    // As the loader: nothing that the archive brought runs as a superuser.
    await using session = await connect(restored.reader, { readOnly: true });
    const checking = await proofContext(context, run, { proof, manifest, opened, restored, evidence, session });
    const { checks, notCovered } = await runChecks(checking, progress, archiveChecks(evidence, proof.teamChecks));
    run.checks.push(...checks);
    run.notCovered.push(...notCovered);
  });
}

/** Counts and hashes of one side in the form of a census, for the checks of the plan. */
function censusOf(
  side: "expected" | "actual",
  evidence: ArchiveEvidence,
  facts: Pick<Census, "taken_at" | "server_version_num" | "freshness">,
): Census {
  const tables: Record<string, Census["tables"][string]> = {};
  for (const table of evidence.tables) {
    const sums = table[side];
    if (sums !== null) tables[table.name] = { rows: sums.rows, hash: sums.sum, kind: "table", seconds: 0 };
  }
  if (side === "actual") {
    for (const { name, rows } of evidence.withoutRows) tables[name] = { rows, hash: null, kind: "table", seconds: 0 };
  }
  return {
    format: 1,
    tables,
    sequences: {},
    large_objects: null,
    inventory: [],
    samples: [],
    not_covered: [],
    ...facts,
  };
}

async function proofContext(
  { clock }: UseCaseContext,
  run: ProofRun,
  {
    proof,
    manifest,
    opened,
    restored,
    evidence,
    session,
  }: {
    readonly proof: OpenedProof;
    readonly manifest: Manifest;
    readonly opened: OpenedThrowaway;
    readonly restored: ForeignRestore;
    readonly evidence: ArchiveEvidence;
    readonly session: Session;
  },
): Promise<ProofContext> {
  const { plan, database, planDirectory } = proof.subject;
  // The archive holds the very rows that the copy holds, once its data is proved: one reading stands for both.
  const { readings } = await readFreshness(session, await listRelations(session), database.freshness);
  const facts = { taken_at: manifest.taken_at, server_version_num: session.versionNum, freshness: readings };
  const byCopy = evidence.tables.some(({ archived }) => archived.form === "insert");
  const excludedRows = byCopy ? [] : evidence.withoutRows.map(({ name }) => name);
  return {
    plan,
    database,
    manifest: { ...manifest, scope: { ...manifest.scope, excludedRows } },
    expected: censusOf("expected", evidence, facts),
    copy: censusOf("actual", evidence, facts),
    session,
    restoreErrors: restored.errors,
    restoreSkipped: [],
    planDirectory,
    now: clock.now(),
    archiveProblems: [],
    recordedDigest: null,
    throwaway: opened.facts,
    measured: {
      rtoSeconds: restoreSeconds([...run.phases, { name: "checks", seconds: 0 }]),
      rpoSeconds: run.newestBackupAge,
    },
    history: [],
    examine: async () => null,
    hashKey: randomBytes(32),
    teamChecks: proof.teamChecks,
  };
}
