import { scopeOf } from "../../backup/manifest.ts";
import { hashTables } from "../../census/hash-tables.ts";
import { readInventory } from "../../census/inventory.ts";
import { readLargeObjects } from "../../census/large-objects.ts";
import { listRelations } from "../../census/relations.ts";
import { joinReadings, readSequences } from "../../census/sequences.ts";
import { listTables } from "../../census/table-list.ts";
import type { Census } from "../../census/types.ts";
import { canonical, lookUp } from "../names.ts";
import type { Check, CheckOutcome, ProofContext } from "../types.ts";
import { asSavepoints } from "./nested.ts";
import type { Act, Ground, Witness } from "./types.ts";

/** Kinds without which the comparison of inventories cannot tell what belongs to whom. */
const always = ["extension", "role"];

/** The rows of one table as they are now, in the same words as in the census. */
async function readTable({ context, session }: Ground, name: string): Promise<Census["tables"]> {
  const relations = await listRelations(session);
  const { tables } = await listTables(session, relations, scopeOf(context.manifest));
  const hashing = hashTables(
    tables.filter((table) => table.name === name),
    { read: {}, countOnly: new Map() },
  );
  for (const task of hashing.tasks) await task(session);
  for (const task of hashing.recounts()) await task(session);
  return hashing.tables();
}

async function ofRows(ground: Ground, { object }: Act): Promise<ProofContext> {
  const { context } = ground;
  const source = lookUp(context.expected.tables, object);
  return {
    ...context,
    expected: { ...context.expected, tables: source === undefined ? {} : { [object]: source } },
    copy: { ...context.copy, tables: await readTable(ground, object) },
  };
}

async function ofDefinitions({ context, session }: Ground, kinds: readonly string[]): Promise<ProofContext> {
  const wanted = new Set([...kinds, ...always]);
  const { objects } = await readInventory(session, scopeOf(context.manifest), kinds);
  const known = context.copy.inventory.filter(({ kind }) => always.includes(kind) && !kinds.includes(kind));
  return {
    ...context,
    expected: { ...context.expected, inventory: context.expected.inventory.filter(({ kind }) => wanted.has(kind)) },
    copy: { ...context.copy, inventory: [...known, ...objects] },
  };
}

async function ofSequence({ context, session }: Ground, { object }: Act): Promise<ProofContext> {
  const relations = (await listRelations(session)).filter(({ qualified }) => qualified === object);
  const reading = await readSequences(session, relations);
  const source = lookUp(context.expected.sequences, object);
  return {
    ...context,
    expected: { ...context.expected, sequences: source === undefined ? {} : { [object]: source } },
    copy: { ...context.copy, sequences: joinReadings(reading, reading) },
  };
}

/** Reads again, in the transaction of the harm, what its check looks at, and nothing else. */
async function narrowed(ground: Ground, act: Act, witness: Witness): Promise<ProofContext> {
  const { context, session } = ground;
  switch (witness.check) {
    case "data.equality":
      return await ofRows(ground, act);
    case "definitions.equality":
      return await ofDefinitions(ground, witness.kinds);
    case "sequences.equality":
      return await ofSequence(ground, act);
    case "large_objects.equality":
      return { ...context, copy: { ...context.copy, large_objects: await readLargeObjects(session) } };
    case "constraints.foreign_keys":
      return { ...context, within: new Set([canonical(act.object)]) };
  }
}

/** Lets the check that must see a harm look at what was harmed. It is the check of the proof, not one of the sabotage's. */
export async function look(ground: Ground, act: Act, witness: Witness, check: Check): Promise<CheckOutcome> {
  const session = asSavepoints(ground.session);
  const context = await narrowed({ ...ground, session }, act, witness);
  return await check.run({ ...context, session });
}

/** Whether a check's outcome tells of the harm: it failed, and names the object. */
export function tells({ status, findings = [] }: CheckOutcome, { object }: Act): boolean {
  return status === "failed" && findings.some((finding) => finding.object === object);
}
