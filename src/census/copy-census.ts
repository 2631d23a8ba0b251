import type { Progress } from "../base/progress.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import type { Session, Target } from "../postgres/types.ts";
import { withExtensionDefaults } from "./extension-defaults.ts";
import { largeObjectAccess } from "./large-objects.ts";
import { readCensus } from "./read-census.ts";
import { listRelations } from "./relations.ts";
import { joinReadings, readSequences, sequencesInScope } from "./sequences.ts";
import { reading } from "./transaction.ts";
import { type Census, censusFormat, type Scope } from "./types.ts";
import { openSessions } from "./workers.ts";

export interface CopyCensusOptions {
  /** The restored copy. Nobody else may write it. */
  readonly target: Target;
  /** The scope under which the backup was taken. */
  readonly scope: Scope;
  readonly database: DatabasePlan;
  /** The census of the source: says which rows to read again, and which tables were not hashed there. */
  readonly expected: Census;
  /** Connections to use at most. */
  readonly workers: number;
  readonly progress: Progress;
}

/**
 * Takes the census of a restored copy: the same reading as on the source, without lock and export, since nobody writes
 * a copy. What was only counted on the source is only counted here.
 */
export async function takeCopyCensus(options: CopyCensusOptions): Promise<Census> {
  await using stack = new AsyncDisposableStack();
  return await takeCensusOn(await openSessions(stack, options.target, options.workers), options);
}

/** The same over sessions that are open already: one in a transaction that has changed the copy sees what it changed. */
export async function takeCensusOn(
  sessions: readonly Session[],
  { scope, database, expected, progress }: Omit<CopyCensusOptions, "target" | "workers">,
): Promise<Census> {
  const [session] = sessions;
  if (session === undefined) throw new Error("a census needs a session");
  const countOnly = new Map(
    Object.entries(expected.tables).flatMap(([name, { unhashed }]) =>
      unhashed === undefined ? [] : [[name, unhashed] as const],
    ),
  );
  return await progress.step("Take the copy's census", async (note) => {
    const { relations, sequences, largeObjects, takenAt } = await reading(session, {}, async () => {
      const relations = await listRelations(session);
      const [now] = await session.query<{ at: string }>(
        `SELECT pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`,
      );
      const sequences = await readSequences(session, sequencesInScope(relations, scope), { within: true });
      return { relations, sequences, largeObjects: await largeObjectAccess(session), takenAt: now?.at ?? "" };
    });
    const sampleKeys = expected.samples.map((sample) => sample.key);
    const parts = await readCensus(sessions, {
      read: {},
      scope,
      database,
      relations,
      largeObjects,
      countOnly,
      sampled: ({ name }) => expected.tables[name]?.sample !== undefined,
      sampleKeys,
      seenOnSource: { views: expected.role_views },
      note,
    });
    return {
      format: censusFormat,
      taken_at: takenAt,
      server_version_num: session.versionNum,
      sequences: joinReadings(sequences, sequences),
      ...parts,
      inventory: await withExtensionDefaults(session, expected.inventory, parts.inventory),
    };
  });
}
