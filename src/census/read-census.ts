import type { Note } from "../base/progress.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import type { Session } from "../postgres/types.ts";
import type { CountOnly } from "./count-only.ts";
import { readFreshness } from "./freshness.ts";
import { hashTables, type Task } from "./hash-tables.ts";
import { readInventory } from "./inventory.ts";
import { type LargeObjectAccess, readLargeObjects } from "./large-objects.ts";
import { type Relation, rowsInScope } from "./relations.ts";
import { prepareCopyViews } from "./roles/copy-views.ts";
import { prepareSourceViews } from "./roles/source-views.ts";
import type { RoleViewing } from "./roles/viewing.ts";
import { chooseKeys, readSamples } from "./samples.ts";
import { explainReadError } from "./sqlstate.ts";
import { type ListedTable, listTables } from "./table-list.ts";
import { type ReadOptions, reading } from "./transaction.ts";
import type { Census, RoleViews, Scope } from "./types.ts";
import { runTasks } from "./workers.ts";

/** What a census is taken of, and how. */
export interface CensusOrder {
  readonly read: ReadOptions;
  readonly scope: Scope;
  readonly database: DatabasePlan;
  /** What the database holds in the snapshot, in scope or not. */
  readonly relations: readonly Relation[];
  readonly largeObjects: LargeObjectAccess;
  /** Seconds that the hash of one table may take. */
  readonly budget?: number | undefined;
  readonly countOnly: CountOnly;
  /** Tables of which only a sample is hashed; none unless told otherwise. */
  readonly sampled?: (table: ListedTable) => boolean;
  /** Keys of the samples; chosen at random where there are none yet. */
  readonly sampleKeys?: readonly string[];
  /** Whether the caller reads the definitions, at another time; otherwise they are read with the rest. */
  readonly withoutDefinitions?: boolean;
  /** On a copy: what was seen on the source, so that the same is asked; undefined where it was not asked. */
  readonly seenOnSource?: { readonly views: RoleViews | undefined };
  readonly note: Note;
}

/** The part of a census that a snapshot holds still; sequences it does not. */
export type CensusParts = Pick<
  Census,
  "tables" | "large_objects" | "inventory" | "samples" | "freshness" | "role_views" | "not_covered"
>;

/** In a light census nobody's place is taken: policies call functions for every row, which may take longer than the dump. */
function viewsOfSource(session: Session, order: CensusOrder) {
  return order.database.census.light ? undefined : prepareSourceViews(session, order);
}

/**
 * Reads counts, hashes, inventory, large objects, samples and freshness, with as many sessions at a time as are given.
 * Every query stands in a READ ONLY transaction of its own.
 */
export async function readCensus(sessions: readonly Session[], order: CensusOrder): Promise<CensusParts> {
  const [first] = sessions;
  if (first === undefined) throw new Error("a census needs a session");
  const { database, relations, scope } = order;
  const explain = (what: string) => (thrown: unknown) => {
    throw explainReadError(thrown, what, order.read.lockTimeout);
  };
  const inSnapshot = <T>(session: Session, what: string, work: () => Promise<T>) =>
    reading(session, order.read, work).catch(explain(what));

  const listed = await inSnapshot(first, "the list of tables", () => listTables(first, relations, scope));
  const hashing = hashTables(listed.tables, order);
  const notCovered = [...listed.notCovered];
  let inventory: Census["inventory"] = [];
  let largeObjects: Census["large_objects"] = null;
  let samples: Census["samples"] = [];
  let freshness: Census["freshness"] = [];

  const readDefinitions: Task = async (session) => {
    const found = await inSnapshot(session, "the inventory", () => readInventory(session, scope));
    inventory = found.objects;
    notCovered.push(...found.notCovered);
  };
  const readLarge: Task = async (session) => {
    if (order.largeObjects === "forbidden") {
      notCovered.push({ what: "large objects", why: "the role may not read all of them" });
      return;
    }
    largeObjects = await inSnapshot(session, "the large objects", () => readLargeObjects(session));
  };
  const readable = relations.filter((relation) => rowsInScope(scope)(relation) && relation.readable);
  const readSigns: Task = async (session) => {
    const { smoke } = database;
    if (smoke !== undefined) {
      samples = await inSnapshot(session, smoke.table, async () => {
        const keys = order.sampleKeys ?? (await chooseKeys(session, readable, smoke));
        if (keys === null) notCovered.push({ what: `random rows of ${smoke.table}`, why: "no such table or key" });
        return readSamples(session, readable, smoke, keys ?? []);
      });
    }
    const signs = await inSnapshot(session, "the freshness probes", () =>
      readFreshness(session, readable, database.freshness),
    );
    freshness = signs.readings;
    notCovered.push(...signs.notCovered);
  };

  const { seenOnSource } = order;
  let views: RoleViewing | undefined;
  const prepareViews: Task = async (session) => {
    views = await inSnapshot(session, "the roles' rights", async () =>
      seenOnSource === undefined
        ? viewsOfSource(session, order)
        : seenOnSource.views && prepareCopyViews(session, order, seenOnSource.views),
    );
    // Who is asked about whole tables takes long; whoever is asked about some rows fills what is left of time at the end.
    const tasks = views?.tasks ?? [];
    queue.unshift(...tasks.filter(({ long }) => long).map(({ run }) => run));
    queue.push(...tasks.filter(({ long }) => !long).map(({ run }) => run));
    if (seenOnSource === undefined && views === undefined) {
      notCovered.push({
        what: "What each role may see",
        why: "the plan asks for a light census, which does not ask the roles",
      });
    }
  };
  // The inventory early: it is one piece of unknown length, and tables can be shared out around it.
  const definitions = order.withoutDefinitions ? [] : [readDefinitions];
  const queue: Task[] = [prepareViews, ...definitions, ...hashing.tasks, readLarge, readSigns];
  await runTasks(sessions, queue, (finished, known) =>
    order.note(`${finished} of ${known} pieces read`, finished / known),
  );
  await runTasks(sessions, [...hashing.recounts()]);
  await runTasks(sessions, [...(views?.followUps() ?? [])]);
  const roleViews = views?.result();
  return {
    tables: hashing.tables(),
    large_objects: largeObjects,
    inventory,
    samples,
    freshness,
    ...(roleViews === undefined ? {} : { role_views: roleViews }),
    not_covered: [...notCovered, ...(views?.notCovered() ?? [])],
  };
}
