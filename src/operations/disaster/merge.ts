import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { scratchDirectory } from "../../base/scratch.ts";
import { readCensusFile } from "../../census/census-file.ts";
import type { Census } from "../../census/types.ts";
import { parseQualifiedName } from "../../postgres/quote.ts";
import { publicKey } from "../../proof/keys.ts";
import { archiveRows, NotComparable } from "../../recovery/disaster/archive-rows.ts";
import { type KeyMerge, mergeKeys, namesWithin } from "../../recovery/disaster/merge-keys.ts";
import { mergePlan, type TableMerge } from "../../recovery/disaster/merge-plan.ts";
import { fetchTables } from "../../recovery/table/staging/fetch-tables.ts";
import { selectEntry } from "../../vault/select.ts";
import type { Vault, VaultEntry } from "../../vault/types.ts";
import type { UseCaseContext } from "../context.ts";
import { recordedDigestOf } from "../recorded-digest.ts";
import type { Subject } from "../subject.ts";

/** Digests of so many rows of three sides still fit into a runner's memory. */
const mostRows = 2_000_000;

/** The ids of the three backups. */
export interface MergeSides {
  /** What was restored onto the own server, from which both sides have parted. */
  readonly restored: string;
  /** The project, when the provider is back. */
  readonly project: string;
  readonly own: string;
}

/** A table of the merge plan with its keys; null where they could not be compared, and then why. */
export interface MergedTable extends TableMerge {
  readonly keys: KeyMerge | null;
  readonly why: string;
  /** Names of the primary key's columns. */
  readonly key: readonly string[];
  /** The column that says when a row was changed, where there is one: rows that are newer on the project stay. */
  readonly changedAt: string | null;
}

const text = (value: unknown) => (typeof value === "string" ? value : "");

/** Names of the columns of a table's primary key, as the census tells its definition. */
function primaryKey({ inventory }: Census, table: string): string[] {
  const found = inventory.find(
    ({ kind, name, attributes }) =>
      kind === "constraint" && name.endsWith(` ON ${table}`) && attributes.type === "primary key",
  );
  return namesWithin(text(found?.attributes.definition));
}

const timeNames = ["updated_at", "modified_at", "changed_at", "written_at"];

function changeColumn({ inventory }: Census, table: string): string | null {
  const columns = new Set(inventory.filter(({ kind }) => kind === "column").map(({ name }) => name));
  return timeNames.find((name) => columns.has(`${table}.${name}`)) ?? null;
}

/** Compares three backups, first by their censuses, and table by table that was changed by its keys. */
export async function planMerge(
  context: UseCaseContext,
  vault: Vault,
  subject: Subject,
  sides: MergeSides,
): Promise<{ readonly tables: readonly MergedTable[]; readonly partedAt: string }> {
  const { signal, clock, progress } = context;
  await using scratch = await scratchDirectory("merge");
  const database = subject.name;
  const recorded = recordedDigestOf(context, subject);
  const { entries } = await vault.list(database, { signal });
  const choose = (id: string) => selectEntry(entries, id, { now: clock.now(), random: Math.random, database });
  const fetched = async (name: keyof MergeSides, tables: readonly string[]) => {
    const entry: VaultEntry = choose(sides[name]);
    const directory = join(scratch.path, `${name}-${tables.length}`);
    const names = tables.map(parseQualifiedName);
    await fetchTables(vault, entry, directory, names, recorded, { signal, warn: progress.warn });
    return directory;
  };
  const censusOf = async (name: keyof MergeSides) => readCensusFile(join(await fetched(name, []), "census.json"));
  const censuses = await progress.step("Lay three censuses side by side", () => ofEach(censusOf));
  const changed = mergePlan(censuses.restored, censuses.project, censuses.own);
  if (changed.length === 0) return { tables: [], partedAt: censuses.restored.taken_at };
  const tables = await progress.step(`Compare ${changed.length} tables by their keys`, async () => {
    const names = changed.map(({ table }) => table);
    const folders = await ofEach((side) => fetched(side, names));
    const compared: MergedTable[] = [];
    for (const one of changed) compared.push(await compareTable(folders, censuses.own, one));
    return compared;
  });
  return { tables, partedAt: censuses.restored.taken_at };
}

/** The same of all three sides, at once. */
async function ofEach<T>(work: (side: keyof MergeSides) => Promise<T>): Promise<Record<keyof MergeSides, T>> {
  const [restored, project, own] = await Promise.all([work("restored"), work("project"), work("own")]);
  return { restored, project, own };
}

async function compareTable(
  folders: Readonly<Record<keyof MergeSides, string>>,
  census: Census,
  one: TableMerge,
): Promise<MergedTable> {
  const key = primaryKey(census, one.table);
  const common = { ...one, key, changedAt: changeColumn(census, one.table) };
  const rows = (folder: string) => archiveRows(folder, parseQualifiedName(one.table), key, mostRows);
  try {
    const { restored, project, own } = folders;
    return { ...common, keys: mergeKeys(await rows(restored), await rows(project), await rows(own)), why: "" };
  } catch (thrown) {
    if (thrown instanceof NotComparable) return { ...common, keys: null, why: thrown.message };
    throw thrown;
  }
}

/** A table's name as a shell takes it: quotes of SQL would else be the shell's. */
const shellWord = (name: string) => (/^[\w.]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`);

/** The command that brings what only the own server has to the project; null where there is nothing to bring. */
function bringCommand(
  { table, keys, changedAt, way }: MergedTable,
  { own }: MergeSides,
  partedAt: string,
): string | null {
  if (way === "keep" || (keys !== null && keys.own.added + keys.own.changed === 0)) return null;
  const safe = changedAt !== null || (keys !== null && keys.project.changed + keys.both.length === 0);
  const mode =
    keys !== null && keys.own.changed === 0
      ? "missing-rows"
      : safe
        ? `changed-rows${changedAt === null ? "" : ` --keep-newer ${changedAt}=${partedAt}`}`
        : "missing-rows";
  return `npm run ithaca -- recover table --table ${shellWord(table)} --backup ${own} --with-parents --mode ${mode}`;
}

/** Keys that are shown of a table; the rest are counted. */
const shownKeys = 5;

/** A merge plan, a line for each table. */
export function describePlan(tables: readonly MergedTable[], sides: MergeSides, partedAt: string): string {
  return tables.length === 0
    ? "Nothing was written meanwhile, on either side."
    : tables.map((one) => describeMerge(one, sides, partedAt)).join("\n");
}

/** One table of the merge plan as a sentence: what each side has, and what brings it together. */
function describeMerge(one: MergedTable, sides: MergeSides, partedAt: string): string {
  const { table, keys, why, way } = one;
  const command = bringCommand(one, sides, partedAt);
  const then = command === null ? "" : `; ${command}`;
  if (keys === null) return `${table}: ${way}, by its counts alone, since ${why}${then}`;
  const { own, project, both } = keys;
  const side = (name: string, { added, changed, deleted }: KeyMerge["own"]) =>
    added + changed + deleted === 0 ? [] : [`only ${name} has ${added} new, ${changed} changed, ${deleted} deleted`];
  const hashKey = randomBytes(32);
  const shown = both.slice(0, shownKeys).map((found) =>
    publicKey(
      found.split("\t").map((value) => ({ value, type: typeOf(value) })),
      hashKey,
    ),
  );
  const parts = [
    ...side("the own server", own),
    ...side("the project", project),
    ...(both.length === 0 ? [] : [`${both.length} changed on both, a person decides (${shown.join("; ")})`]),
    ...(own.changed > 0 && command?.includes("missing-rows") === true
      ? ["what the own server changed is set by hand: no column says which side is newer"]
      : []),
    ...(own.deleted === 0 ? [] : ["what the own server deleted stays on the project until a person deletes it"]),
  ];
  return `${table}: ${parts.join("; ") || "both sides are alike"}${then}`;
}

/** By its form alone; what is neither is shown as a keyed hash. */
const typeOf = (value: string) => (/^-?\d+$/.test(value) ? "bigint" : "uuid");
