import { chmod } from "node:fs/promises";
import { loadavg } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../base/child-process.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { tellTimeLeft } from "../../base/time-left-of-run.ts";
import { findClient } from "../../postgres/clients.ts";
import { startCluster } from "../../postgres/cluster.ts";
import { connect } from "../../postgres/connect.ts";
import { majorOf } from "../../postgres/server-facts.ts";
import { parseTarget } from "../../postgres/target.ts";
import type { Throwaway } from "../../postgres/types.ts";
import type { UseCaseContext } from "../context.ts";
import { loadMadeUp } from "../fixture-plan.ts";
import { dataSets } from "./data-sets.ts";
import { benchErrors } from "./errors.ts";
import { type Bench, measure, type Subject } from "./measure.ts";
import type { Stand } from "./peers.ts";
import { measureSecondBackup } from "./second-backup.ts";
import { judgeTargets } from "./targets.ts";
import { emptyDatabase } from "./tools.ts";
import type { BenchOptions, BenchResult, BenchRun, SecondBackup } from "./types.ts";
import { untunedSettings } from "./untuned.ts";

/** The key pair that the documented way encrypts with; null where age is not on this machine. */
async function ageKeys(folder: string, signal: AbortSignal): Promise<Stand["age"]> {
  const identity = join(folder, "age.key");
  const { exitCode, stderr } = await run("age-keygen", ["-o", identity], { signal });
  const recipient = /Public key: (\S+)/.exec(stderr)?.[1];
  return exitCode === 0 && recipient !== undefined ? { recipient, identity } : null;
}

/**
 * Measures the pipeline against what people do without it, on the same machine and the same data, one after the other in
 * every round, and sets every promise against the median of the rounds. Where it is stopped it gives what it has.
 *
 * @throws bench.no_source, bench.no_data_set, postgres.bad_url, plan.unknown_database
 */
export async function bench(silent: UseCaseContext, asked: BenchOptions): Promise<BenchResult> {
  // What is wrong with the order is told before the first server is started.
  chosenSets(asked);
  const options = asked.source === true ? asked : { ...asked, plan: (await loadMadeUp(silent, asked)).plan };
  const context = { ...silent, progress: tellTimeLeft(silent.progress, null) };
  const { progress, signal } = context;
  const before = loadavg()[0] ?? 0;
  await using scratch = await scratchDirectory("bench");
  // The throwaways of our own runs lie below it, and their servers run as another OS user.
  await chmod(scratch.path, 0o711);
  const own = options.source === true ? await ownData(context) : null;
  const like = own === null ? {} : { major: own.major };
  await using server = await progress.step("Start the servers", () => startCluster(like));
  await using tuned = await startCluster(like);
  await using untuned = await startCluster({ ...like, settings: untunedSettings });
  const { path } = await findClient("pg_dump", majorOf(server.versionNum));
  const age = await ageKeys(scratch.path, signal);
  const stand = { untuned, tuned, age, programs: dirname(path), scratch: scratch.path, signal };
  const bench: Bench = { context, options, stand };
  const done: BenchRun[] = [];
  let second: SecondBackup | null = null;
  let stopped = false;
  try {
    if (own !== null) done.push(await measure(bench, own));
    else second = await measureDataSets(bench, server, done);
  } catch (thrown) {
    // What has been measured stays measured.
    stopped = signal.aborted && done.length > 0;
    if (!stopped) throw thrown;
  }
  const without = own === null ? "one-large-table was not measured at 4x" : "your database is only read";
  return {
    targets: judgeTargets(done, second ?? without),
    runs: done,
    stopped,
    load: { before, after: loadavg()[0] ?? 0 },
  };
}

function chosenSets({ only = "" }: BenchOptions): typeof dataSets {
  const chosen = dataSets.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) throw benchErrors.no_data_set({ only, known: dataSets.map(({ name }) => name) });
  return chosen;
}

/** Fills and measures one data set after the other, each at every size. What comes out goes into `done`. */
async function measureDataSets(bench: Bench, server: Throwaway, done: BenchRun[]): Promise<SecondBackup | null> {
  const { context, stand } = bench;
  const { full = false } = bench.options;
  const { progress, clock, signal } = context;
  let second: SecondBackup | null = null;
  for (const { name, manyTables, planned, fill } of chosenSets(bench.options)) {
    for (const size of full ? [1, 4, 16] : [1, 4]) {
      signal.throwIfAborted();
      await using database = await emptyDatabase(server, "bench");
      const source = database.target;
      await progress.step(`Fill ${name}, ${size}x`, () => fill(source, size, clock.now()));
      done.push(await measure(bench, { name, size, manyTables, planned, source }));
      if (name === "one-large-table" && size === 4) {
        second = await progress.step("Take a second and a third backup", () =>
          measureSecondBackup(context, source, stand.scratch),
        );
      }
    }
  }
  return second;
}

/** From so many tables on a parallel restore can share the work out. */
const manyTables = 20;

/** The database of ITHACA_SOURCE_URL as what is measured. It is only read. */
async function ownData({ environment }: UseCaseContext): Promise<Subject & { readonly major: number }> {
  const url = environment.ITHACA_SOURCE_URL;
  if (url === undefined || url === "") throw benchErrors.no_source({});
  const source = parseTarget(url, "ITHACA_SOURCE_URL");
  await using session = await connect(source, { readOnly: true });
  const [found] = await session.query<{ tables: number }>(
    "SELECT count(*)::int AS tables FROM pg_catalog.pg_class WHERE relkind = 'r' AND oid >= 16384",
  );
  const many = (found?.tables ?? 0) >= manyTables;
  return { name: "own data", size: 1, manyTables: many, planned: false, source, major: majorOf(session.versionNum) };
}
