import { isDeepStrictEqual } from "node:util";
import { scopeOf } from "../../backup/manifest.ts";
import { identifierParts, relationInName } from "../../census/inventory-names.ts";
import { listRelations } from "../../census/relations.ts";
import { type ListedTable, listTables } from "../../census/table-list.ts";
import type { InventoryObject } from "../../census/types.ts";
import type { Session } from "../../postgres/types.ts";
import { canonical, lookUp } from "../names.ts";
import { proofSql } from "../sql.ts";
import type { ProofContext } from "../types.ts";
import type { Random } from "./random.ts";
import type { Ground, SabotageColumn, SmallTable } from "./types.ts";

/** The largest share of the data that is read again for one harm. */
const largestShare = 0.01;

/** So many small tables are looked at. */
const mostTables = 40;

export interface GroundOptions {
  readonly context: ProofContext;
  readonly session: Session;
  readonly random: Random;
  /** Seconds that reading one table again may take; the copy's census says how long each took. */
  readonly secondsPerRead: number;
}

interface Candidate {
  readonly listed: ListedTable;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** Tables whose own triggers or rules act even where the session is a replica, so that a harm would do more than it says. */
function meddling({ copy }: ProofContext): ReadonlySet<string> {
  const acting = copy.inventory.filter(
    ({ kind, attributes }) =>
      (kind === "trigger" || kind === "rule") && (attributes.enabled === "always" || attributes.enabled === "replica"),
  );
  return new Set(acting.map((object) => canonical(relationInName(object) ?? "")));
}

/** Tables that are proved equal, row by row, and hold rows. */
function candidates(context: ProofContext, listed: readonly ListedTable[]): Candidate[] {
  const meddled = meddling(context);
  return listed.flatMap((table) => {
    const [expected, copy] = [lookUp(context.expected.tables, table.name), lookUp(context.copy.tables, table.name)];
    const plain = table.parts.every(({ condition, sign }) => condition.trim() === "" && sign === 1);
    const still = [table, ...table.parts].every((one) => {
      const name = "name" in one ? one.name : one.qualified;
      return !meddled.has(canonical(name));
    });
    if (!plain || !still || (table.kind !== "table" && table.kind !== "partitioned")) return [];
    if (copy === undefined || copy.rows === 0 || copy.hash === null || copy.hash !== expected?.hash) return [];
    const bytes = table.parts.reduce((sum, part) => sum + part.bytes, 0);
    return [{ listed: table, rows: copy.rows, bytes, seconds: copy.seconds }];
  });
}

/**
 * Tables of at most 1 % of the bytes; where all are larger, the three smallest. Only those that can be read again in
 * the time that one harm may take.
 */
function chooseSmall(all: readonly Candidate[], total: number, { random, secondsPerRead }: GroundOptions): Candidate[] {
  const small = all.filter(({ bytes }) => bytes <= total * largestShare);
  const chosen = small.length > 0 ? small : [...all].sort((a, b) => a.bytes - b.bytes).slice(0, 3);
  return random.shuffled(chosen.filter(({ seconds }) => seconds <= secondsPerRead)).slice(0, mostTables);
}

/** Looks at what a copy offers to be harmed. Reads the catalog, and no row. */
export async function surveyGround(options: GroundOptions): Promise<Ground> {
  const { context, session, random } = options;
  const scope = scopeOf(context.manifest);
  const relations = await listRelations(session);
  const { tables: listed } = await listTables(session, relations, scope);
  const total = listed.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.bytes, 0);
  const small = chooseSmall(candidates(context, listed), total, options);
  const oidOf = new Map(relations.map(({ qualified, oid }) => [qualified, oid]));
  const columns = await session.query<SabotageColumn & Record<string, unknown>>(
    await proofSql("sabotage-columns.sql"),
    [small.map(({ listed: { name } }) => oidOf.get(name) ?? 0)],
  );
  const tables = small.map(({ listed: { name, parts }, rows }): SmallTable => {
    const own = columns.filter(({ oid }) => oid === oidOf.get(name));
    return { name, rows, parts: random.shuffled(parts).slice(0, 3), columns: own };
  });
  const [large] = await session.query<{ bytes: string }>(
    "SELECT pg_catalog.pg_table_size('pg_catalog.pg_largeobject')::text AS bytes",
  );
  const largeBytes = Number(large?.bytes ?? 0);
  return {
    context,
    session,
    random,
    objects: objectsOf(context, random),
    tables,
    largeObjectsAreSmall: largeBytes <= Math.max(8 * 1024 * 1024, total * largestShare),
  };
}

/** Objects that are equal on both sides, of which alone a difference is sure to be the harm's. */
function objectsOf({ expected, copy, restoreSkipped }: ProofContext, random: Random): Ground["objects"] {
  const source = new Map(expected.inventory.map((object) => [`${object.kind} ${object.name}`, object]));
  const ofCopy = Map.groupBy(copy.inventory, ({ kind }) => kind);
  const skipped = new Set(restoreSkipped.map(({ object }) => object));
  return function* objects(kind: string): Generator<InventoryObject> {
    for (const object of random.shuffled(ofCopy.get(kind) ?? [])) {
      const same = source.get(`${kind} ${object.name}`);
      const left = skipped.has(object.name) || identifierParts(object.name).some((part) => skipped.has(part));
      if (!left && same !== undefined && isDeepStrictEqual(same.attributes, object.attributes)) yield object;
    }
  };
}
