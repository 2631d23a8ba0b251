import { randomBytes } from "node:crypto";
import type { Manifest } from "../backup/manifest.ts";
import { readFreshness } from "../census/freshness.ts";
import { listRelations } from "../census/relations.ts";
import { type Census, censusFormat } from "../census/types.ts";
import { connect } from "../postgres/connect.ts";
import type { Session, Target } from "../postgres/types.ts";
import { archiveChecks } from "../proof/archive/checks.ts";
import { gatherEvidence } from "../proof/archive/gather.ts";
import type { ArchiveEvidence } from "../proof/archive/types.ts";
import { runChecks } from "../proof/run-checks.ts";
import type { ProofContext, TeamCheck } from "../proof/types.ts";
import { restoreSeconds } from "../report/objectives.ts";
import type { OpenedForeign } from "../restore/foreign/open-foreign.ts";
import type { restoreForeign } from "../restore/foreign/restore-foreign.ts";
import type { ForeignRestore } from "../restore/foreign/types.ts";
import { majorIn } from "./archive-manifest.ts";
import type { UseCaseContext } from "./context.ts";
import { type Damage, harmCopy } from "./copy.ts";
import type { ProofRun } from "./proof-run.ts";
import type { Subject } from "./subject.ts";
import type { OpenedThrowaway } from "./throwaway.ts";

/** An archive that was opened, and what it is proved for. */
export interface OpenedProof {
  readonly subject: Subject;
  readonly opened: OpenedForeign;
  readonly startedAt: Date;
  readonly teamChecks: readonly TeamCheck[];
  readonly damage: Damage | null;
  readonly production: Target | null;
}

/** Compares a loaded copy with its archive, and runs the checks. */
export async function examineArchive(
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
    format: censusFormat,
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
