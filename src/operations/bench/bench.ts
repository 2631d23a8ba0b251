import { chmod } from "node:fs/promises";
import { loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import { run } from "../../base/child-process.ts";
import { stopwatch } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { tellTimeLeft } from "../../base/time-left-of-run.ts";
import { findClient } from "../../postgres/clients.ts";
import { startCluster } from "../../postgres/cluster.ts";
import { connect } from "../../postgres/connect.ts";
import { majorOf } from "../../postgres/server-facts.ts";
import type { Target } from "../../postgres/types.ts";
import type { UseCaseContext } from "../context.ts";
import { type DataSet, dataSets } from "./data-sets.ts";
import { lightSnapshot, ownWay } from "./own-way.ts";
import { defaultWay, documentedWay, floors, type Stand } from "./peers.ts";
import { measureSecondBackup } from "./second-backup.ts";
import { judgeTargets } from "./targets.ts";
import { copyRoles, emptyDatabase } from "./tools.ts";
import type { BenchRun, Round, SecondBackup, TargetRow } from "./types.ts";
import { untunedSettings } from "./untuned.ts";

export interface BenchOptions {
  /** Also sixteen times the data. */
  readonly full?: boolean;
  /** Only the data sets whose name holds this text. */
  readonly only?: string;
  /** Rounds over each data set of each size; three unless told otherwise. */
  readonly rounds?: number;
  /** Seconds after which no further round over a data set of one size begins; 60 unless told otherwise. */
  readonly budget?: number;
  readonly plan: string;
}

export interface BenchResult {
  readonly targets: readonly TargetRow[];
  readonly runs: readonly BenchRun[];
  /** The machine's load over a minute, at the start and at the end: above the number of cores, times are noise. */
  readonly load: { readonly before: number; readonly after: number };
}

/** What stays from one data set to the next. */
interface Bench {
  readonly context: UseCaseContext;
  readonly options: BenchOptions;
  readonly stand: Omit<Stand, "source">;
}

/** A peer's figure, or null and a remark: a way that cannot be gone is no reason to measure nothing. */
async function orRemark<T>(remarks: Set<string>, way: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (thrown) {
    remarks.add(`${way}: ${messageOf(thrown)}`);
    return null;
  }
}

async function oneRound(stand: Stand, planned: string | null, watched: boolean, remarks: Set<string>): Promise<Round> {
  const { source, scratch, signal } = stand;
  const way = { source, plan: planned, scratch, signal };
  const bare = await floors(stand);
  const own = await ownWay(way, watched);
  const documented = await orRemark(remarks, "documented way", () => documentedWay(stand));
  const defaults = await orRemark(remarks, "defaults", () => defaultWay(stand));
  signal.throwIfAborted();
  return { own, light: await lightSnapshot(way), ...bare, documented, defaults };
}

async function measure(bench: Bench, set: DataSet, size: number, source: Target): Promise<BenchRun> {
  const { context, options, stand } = bench;
  const { progress } = context;
  await copyRoles(source, [stand.untuned, stand.tuned]);
  const databaseBytes = await sizeOf(source);
  const remarks = new Set<string>();
  const rounds: Round[] = [];
  const plan = set.planned ? resolve(context.workingDirectory, options.plan) : null;
  const elapsed = stopwatch();
  await progress.step(`Measure ${set.name}, ${size}x, ${Math.round(databaseBytes / 1e6)} MB`, async (note) => {
    while (rounds.length < (options.rounds ?? 3) && (rounds.length === 0 || elapsed() < (options.budget ?? 60))) {
      const share = Math.max(rounds.length / (options.rounds ?? 3), elapsed() / (options.budget ?? 60));
      note(`round ${rounds.length + 1}`, Math.min(1, share));
      rounds.push(await oneRound({ ...stand, source }, plan, rounds.length === 0, remarks));
    }
  });
  return { data: set.name, size, databaseBytes, manyTables: set.manyTables, rounds, remarks: [...remarks] };
}

async function sizeOf(target: Target): Promise<number> {
  await using session = await connect(target, { readOnly: true });
  const [row] = await session.query<{ bytes: string }>("SELECT pg_database_size(current_database())::text AS bytes");
  return Number(row?.bytes);
}

/** The key pair that the documented way encrypts with; null where age is not on this machine. */
async function ageKeys(folder: string, signal: AbortSignal): Promise<Stand["age"]> {
  const identity = join(folder, "age.key");
  const { exitCode, stderr } = await run("age-keygen", ["-o", identity], { signal });
  const recipient = /Public key: (\S+)/.exec(stderr)?.[1];
  return exitCode === 0 && recipient !== undefined ? { recipient, identity } : null;
}

/**
 * Measures the pipeline against what people do without it, on the same machine and the same data, one after the other in
 * every round, and sets every promise against the median of the rounds.
 */
export async function bench(silent: UseCaseContext, options: BenchOptions): Promise<BenchResult> {
  const context = { ...silent, progress: tellTimeLeft(silent.progress, null) };
  const { progress, clock, signal } = context;
  const before = loadavg()[0] ?? 0;
  await using scratch = await scratchDirectory("bench");
  // The throwaways of our own runs lie below it, and their servers run as another OS user.
  await chmod(scratch.path, 0o711);
  await using server = await progress.step("Start the servers", () => startCluster());
  await using tuned = await startCluster();
  await using untuned = await startCluster({ settings: untunedSettings });
  const { path } = await findClient("pg_dump", majorOf(server.versionNum));
  const age = await ageKeys(scratch.path, signal);
  const stand = { untuned, tuned, age, programs: dirname(path), scratch: scratch.path, signal };
  const runs: BenchRun[] = [];
  let second: SecondBackup | null = null;
  for (const set of dataSets.filter(({ name }) => options.only === undefined || name.includes(options.only))) {
    for (const size of options.full ? [1, 4, 16] : [1, 4]) {
      signal.throwIfAborted();
      await using database = await emptyDatabase(server, "bench");
      const source = database.target;
      await progress.step(`Fill ${set.name}, ${size}x`, () => set.fill(source, size, clock.now()));
      runs.push(await measure({ context, options, stand }, set, size, source));
      if (set.name === "one-large-table" && size === 4) {
        second = await progress.step("Take a second and a third backup", () =>
          measureSecondBackup(context, source, scratch.path),
        );
      }
    }
  }
  return { targets: judgeTargets(runs, second), runs, load: { before, after: loadavg()[0] ?? 0 } };
}
