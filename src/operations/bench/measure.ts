import { resolve } from "node:path";
import { stopwatch } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { connect } from "../../postgres/connect.ts";
import type { Target } from "../../postgres/types.ts";
import type { UseCaseContext } from "../context.ts";
import { lightSnapshot, ownWay } from "./own-way.ts";
import { type Attempt, defaultWay, documentedWay, floors, type Stand } from "./peers.ts";
import { copyRoles } from "./tools.ts";
import type { BenchOptions, BenchRun, Round, Way } from "./types.ts";

/** Notes why a peer has no figure: a way that cannot be gone is no reason to measure nothing. */
function attemptAll(remarks: Map<Way, string>, signal: AbortSignal): Attempt {
  return async (way, work) => {
    try {
      return await work();
    } catch (thrown) {
      signal.throwIfAborted();
      remarks.set(way, messageOf(thrown));
      return null;
    }
  };
}

async function oneRound(stand: Stand, planned: string | null, watched: boolean, attempt: Attempt): Promise<Round> {
  const { source, scratch, signal } = stand;
  const way = { source, plan: planned, scratch, signal };
  const bare = await floors(stand, attempt);
  const own = await ownWay(way, watched);
  const documented = await attempt("documented way", () => documentedWay(stand));
  const defaults = await attempt("defaults", () => defaultWay(stand));
  return { own, light: await lightSnapshot(way), ...bare, documented, defaults };
}

/** What is measured, and where it lies. */
export interface Subject {
  readonly name: string;
  /** 1, 4 or 16. */
  readonly size: number;
  readonly manyTables: boolean;
  /** Whether the plan is proved; otherwise one that says nothing. */
  readonly planned: boolean;
  readonly source: Target;
}

/** What stays from one subject to the next. */
export interface Bench {
  readonly context: UseCaseContext;
  readonly options: BenchOptions;
  readonly stand: Omit<Stand, "source">;
}

/** Lets everybody go over the same data, round after round, until there are enough of them or the time is over. */
export async function measure(bench: Bench, { name, size, manyTables, planned, source }: Subject): Promise<BenchRun> {
  const { context, options, stand } = bench;
  const { progress } = context;
  await copyRoles(source, [stand.untuned, stand.tuned]);
  const databaseBytes = await sizeOf(source);
  const remarks = new Map<Way, string>();
  const attempt = attemptAll(remarks, stand.signal);
  const rounds: Round[] = [];
  const plan = planned ? resolve(context.workingDirectory, options.plan) : null;
  const { rounds: wanted = 3, budget = 15 } = options;
  const elapsed = stopwatch();
  await progress.step(`Measure ${name}, ${size}x, ${Math.round(databaseBytes / 1e6)} MB`, async (note) => {
    while (rounds.length < wanted && (rounds.length === 0 || elapsed() < budget)) {
      const share = Math.max(rounds.length / wanted, elapsed() / budget);
      note(`round ${rounds.length + 1}`, Math.min(1, share));
      rounds.push(await oneRound({ ...stand, source }, plan, rounds.length === 0, attempt));
    }
  });
  const told = [...remarks].map(([way, why]) => ({ way, why }));
  return { data: name, size, databaseBytes, manyTables, rounds, remarks: told };
}

async function sizeOf(target: Target): Promise<number> {
  await using session = await connect(target, { readOnly: true });
  const [row] = await session.query<{ bytes: string }>("SELECT pg_database_size(current_database())::text AS bytes");
  return Number(row?.bytes);
}
