import { availableParallelism } from "node:os";
import { stopwatch } from "../../base/clock.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { checksOfSample } from "../../proof/all-checks.ts";
import type { CheckResult, NotCovered } from "../../proof/types.ts";
import { recordedDigestIn } from "../../report/history.ts";
import type { AnyReport, SampleRecord } from "../../report/model.ts";
import { restoreBackup } from "../../restore/restore-backup.ts";
import { selectEntry } from "../../vault/select.ts";
import type { VaultEntry } from "../../vault/types.ts";
import { openVault } from "../../vault/vault.ts";
import type { UseCaseContext } from "../context.ts";
import { type ProofRun, recordEarlyEnd, startProofRun } from "../proof-run.ts";
import { type Subject, sourceTarget } from "../subject.ts";
import { openThrowaway } from "../throwaway.ts";
import { type Chosen, chooseSample, type SampleOrder, watchTime, withoutLate } from "./choose-sample.ts";
import { examineSample } from "./examine-sample.ts";
import { fetchMetadata, fetchRows, type PartialBackup } from "./fetch-sample.ts";
import { leftToOthers, overallOdds, tableRecords } from "./sample-record.ts";

/** What the sample of a night came to. */
export interface VerifiedSample {
  readonly checks: readonly CheckResult[];
  readonly notCovered: readonly NotCovered[];
  /** Null where the run did not get as far as to choose. */
  readonly sample: SampleRecord | null;
}

/**
 * Restores every definition of the newest backup and the rows of a sample of its tables into a throwaway, and compares
 * them with the census of the source: all small tables, and of the others as many as there is time for.
 *
 * Only the files of the sample are fetched. How much there is time for follows from how long earlier runs took; which
 * tables these are, from the backup's digest, their risk and how long ago they were last restored.
 *
 * @throws wrong input and interruptions only: everything else is a check that failed or did not run
 */
export async function verifySample(
  context: UseCaseContext,
  subject: Subject,
  order: SampleOrder,
): Promise<VerifiedSample> {
  const run = startProofRun();
  const seconds = stopwatch();
  let sample: VerifiedSample["sample"] = null;
  try {
    sample = await verify(context, run, subject, order, seconds);
  } catch (thrown) {
    context.signal.throwIfAborted();
    recordEarlyEnd(run, thrown, checksOfSample(true));
  }
  return { checks: run.checks.map(ofSample), notCovered: run.notCovered, sample };
}

/** What a check of a sample is called where its usual title would say too much. */
const titles: Readonly<Record<string, string>> = {
  "backup.digest": "The files of the sample are those that were written",
  "data.equality": "Every row of the sample is the source's",
  "run.completed": "The sample was restored and compared to the end",
};

/** A check says by its id that it speaks of a sample: exceptions, issues and people must not take it for the whole. */
function ofSample(check: CheckResult): CheckResult {
  return { ...check, id: `sample.${check.id}`, title: titles[check.id] ?? check.title };
}

async function verify(
  context: UseCaseContext,
  run: ProofRun,
  subject: Subject,
  order: SampleOrder,
  seconds: () => number,
): Promise<SampleRecord> {
  const { progress, signal, clock } = context;
  const { reports } = order;
  const vault = openVault({ ...context.environment });
  const vaultOptions = { signal, warn: progress.warn };
  await using scratch = await scratchDirectory("verify");
  const { entry, backup } = await run.phase("fetch.catalogue", () =>
    progress.step("Read the newest backup's catalogue", async (note) => {
      const { entries } = await vault.list(subject.name, { signal });
      const entry = selectEntry(entries, "latest", { now: clock.now(), random: Math.random, database: subject.name });
      return { entry, backup: await fetchMetadata(vault, entry, scratch.path, { ...vaultOptions, note }) };
    }),
  );
  const chosen = chooseSample(subject, backup, order, clock.now(), seconds());
  const title = `Fetch ${chosen.names.size} of ${chosen.tables.length} tables of ${entry.id}`;
  await run.phase("fetch.rows", () =>
    progress.step(title, (note) => fetchRows(vault, entry, backup, chosen.paths, { ...vaultOptions, note })),
  );
  const sinceStart = () => order.spent + seconds();
  const late = new Set<string>();
  const data = await compare(context, run, subject, {
    backup,
    chosen,
    reports,
    goOn: watchTime(order, chosen, sinceStart, late),
    late,
  });
  const { tables: all } = backup.census;
  const tables = tableRecords(chosen.tables, withoutLate(chosen.choice, late), backup.census, data);
  const views = Object.values(all).filter(({ kind }) => kind === "matview").length;
  const objects = chosen.largeObjects ? null : (backup.census.large_objects?.count ?? null);
  run.notCovered.push(...leftToOthers(tables, views, objects));
  return recordOf(order, { entry, chosen, tables, run, late, seconds: sinceStart() });
}

async function compare(
  context: UseCaseContext,
  run: ProofRun,
  subject: Subject,
  {
    backup,
    chosen,
    reports,
    goOn,
    late,
  }: {
    backup: PartialBackup;
    chosen: Chosen;
    reports: readonly AnyReport[];
    goOn: (wave: number) => boolean;
    late: ReadonlySet<string>;
  },
): Promise<CheckResult | undefined> {
  const { progress, signal, clock } = context;
  const { manifest, census, directory } = backup;
  const opened = await run.phase("prepare", () =>
    progress.step("Start a throwaway database", () =>
      openThrowaway(context, manifest, sourceTarget(context, subject.database)),
    ),
  );
  const { throwaway, facts } = opened;
  run.notCovered.push(...opened.notCovered);
  try {
    run.current = "restore";
    const { database } = subject;
    const [jobs, target] = [availableParallelism(), throwaway.target];
    const { waves, names, largeObjects } = chosen;
    const sample = { waves: waves.map(({ ids }) => ids), goOn };
    const restored = await progress.step("Restore the sample", () =>
      restoreBackup({ directory, manifest, census, target, database, jobs, sample, progress, clock, signal }),
    );
    run.phases.push(...restored.phases);
    run.notCovered.push(...restored.skipped.map(({ what, why }) => ({ what, why })));
    const recordedDigest = recordedDigestIn(reports, manifest.id);
    return await examineSample(context, run, {
      subject,
      backup,
      target,
      facts,
      restored,
      chosen: new Set([...names].filter((name) => !late.has(name))),
      largeObjects,
      recordedDigest,
    });
  } finally {
    const destroyed = await run.phase("cleanup", () => throwaway.destroy());
    if (!destroyed) progress.warn("The throwaway's destruction could not be shown: destroy it by hand.");
  }
}

function recordOf(
  { budget }: SampleOrder,
  parts: {
    entry: VaultEntry;
    chosen: Chosen;
    tables: SampleRecord["tables"];
    run: ProofRun;
    late: ReadonlySet<string>;
    seconds: number;
  },
): SampleRecord {
  const { entry, chosen, tables, run, late } = parts;
  return {
    backup: { id: entry.id, taken_at: entry.taken_at, digest: entry.digest },
    budget_s: budget,
    seconds: Math.round(parts.seconds * 1000) / 1000,
    pace: chosen.pace,
    room_bytes: chosen.room,
    restored_bytes:
      chosen.bytes - chosen.tables.filter(({ name }) => late.has(name)).reduce((sum, { bytes }) => sum + bytes, 0),
    small_up_to_bytes: chosen.choice.smallUpTo,
    nights: chosen.choice.nights,
    phases: run.phases,
    tables,
    odds: overallOdds(tables),
  };
}
