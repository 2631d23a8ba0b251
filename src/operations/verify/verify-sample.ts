import { availableParallelism } from "node:os";
import { stopwatch } from "../../base/clock.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { type Choice, chooseTables, isChosen } from "../../census/choose-tables.ts";
import type { CheckResult, NotCovered } from "../../proof/types.ts";
import { recordedDigestIn } from "../../report/history.ts";
import type { AnyReport, SampleRecord } from "../../report/model.ts";
import type { ArchiveEntry } from "../../restore/archive.ts";
import { restoreBackup } from "../../restore/restore-backup.ts";
import { selectEntry } from "../../vault/select.ts";
import type { VaultEntry } from "../../vault/types.ts";
import { openVault } from "../../vault/vault.ts";
import type { UseCaseContext } from "../context.ts";
import { type ProofRun, recordEarlyEnd, startProofRun } from "../proof-run.ts";
import { type Subject, sourceTarget } from "../subject.ts";
import { openThrowaway } from "../throwaway.ts";
import { type TableFiles, tablesOf } from "./candidates.ts";
import { checksOfSample, examineSample } from "./examine-sample.ts";
import { fetchMetadata, fetchRows, type PartialBackup } from "./fetch-sample.ts";
import { expectedPace, roomFor } from "./pace.ts";
import { leftToOthers, overallOdds, tableRecords } from "./sample-record.ts";

export interface SampleOrder {
  /** Seconds that the whole verification may take, and that have gone by already. */
  readonly budget: number;
  readonly spent: number;
  /** Of this database, newest first: how fast it goes, and what was seen when. */
  readonly reports: readonly AnyReport[];
}

/** What the sample of a night came to. */
export interface VerifiedSample {
  readonly checks: readonly CheckResult[];
  readonly notCovered: readonly NotCovered[];
  /** Null where the run did not get as far as to choose. */
  readonly sample: SampleRecord | null;
}

/** Large objects up to so many bytes come with the small tables. */
const smallObjects = 8 * 1024 * 1024;

/** What was chosen of a backup, with the files that it takes. */
interface Chosen {
  readonly choice: Choice;
  readonly tables: readonly TableFiles[];
  readonly names: ReadonlySet<string>;
  readonly paths: readonly string[];
  readonly bytes: number;
  readonly room: number;
  readonly pace: SampleRecord["pace"];
  readonly largeObjects: boolean;
  readonly withRows: (entry: ArchiveEntry) => boolean;
}

function choose(subject: Subject, backup: PartialBackup, order: SampleOrder, now: Date, seconds: number): Chosen {
  const pace = expectedPace(order.reports);
  const room = roomFor(order.budget - order.spent - seconds, pace);
  const objects = backup.manifest.files.filter(({ path }) => path.startsWith("dump/blob"));
  const objectBytes = objects.reduce((sum, { bytes }) => sum + bytes, 0);
  const largeObjects = objectBytes <= smallObjects;
  const tables = tablesOf(backup, subject.database.critical_tables, order.reports, now);
  const choice = chooseTables(tables, room - (largeObjects ? objectBytes : 0), backup.manifest.digest);
  const names = new Set(choice.tables.filter(({ reason }) => isChosen(reason)).map(({ name }) => name));
  const chosen = tables.filter(({ name }) => names.has(name));
  const ids = new Set(chosen.flatMap(({ entries }) => entries.map(({ dumpId }) => dumpId)));
  return {
    choice,
    tables,
    names,
    paths: [...chosen.flatMap(({ paths }) => paths), ...(largeObjects ? objects.map(({ path }) => path) : [])],
    bytes: chosen.reduce((sum, { bytes }) => sum + bytes, 0) + (largeObjects ? objectBytes : 0),
    room,
    pace,
    largeObjects,
    withRows: ({ desc, dumpId }) => (desc === "TABLE DATA" ? ids.has(dumpId) : largeObjects),
  };
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
  const chosen = choose(subject, backup, order, clock.now(), seconds());
  const title = `Fetch ${chosen.names.size} of ${chosen.tables.length} tables of ${entry.id}`;
  await run.phase("fetch.rows", () =>
    progress.step(title, (note) => fetchRows(vault, entry, backup, chosen.paths, { ...vaultOptions, note })),
  );
  const data = await compare(context, run, subject, { backup, chosen, reports });
  const { tables: all } = backup.census;
  const tables = tableRecords(chosen.tables, chosen.choice, backup.census, data);
  const views = Object.values(all).filter(({ kind }) => kind === "matview").length;
  const objects = chosen.largeObjects ? null : (backup.census.large_objects?.count ?? null);
  run.notCovered.push(...leftToOthers(tables, views, objects));
  return recordOf(order, { entry, chosen, tables, run, seconds: order.spent + seconds() });
}

async function compare(
  context: UseCaseContext,
  run: ProofRun,
  subject: Subject,
  { backup, chosen, reports }: { backup: PartialBackup; chosen: Chosen; reports: readonly AnyReport[] },
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
    const { withRows, names, largeObjects } = chosen;
    const restored = await progress.step("Restore the sample", () =>
      restoreBackup({ directory, manifest, census, target, database, jobs, withRows, progress, clock, signal }),
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
      chosen: names,
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
  parts: { entry: VaultEntry; chosen: Chosen; tables: SampleRecord["tables"]; run: ProofRun; seconds: number },
): SampleRecord {
  const { entry, chosen, tables, run } = parts;
  return {
    backup: { id: entry.id, taken_at: entry.taken_at, digest: entry.digest },
    budget_s: budget,
    seconds: Math.round(parts.seconds * 1000) / 1000,
    pace: chosen.pace,
    room_bytes: chosen.room,
    restored_bytes: chosen.bytes,
    small_up_to_bytes: chosen.choice.smallUpTo,
    nights: chosen.choice.nights,
    phases: run.phases,
    tables,
    odds: overallOdds(tables),
  };
}
