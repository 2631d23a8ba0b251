import { createPatch } from "diff";
import { scratchDirectory } from "../base/scratch.ts";
import { compareInventories } from "../census/compare-inventory.ts";
import { takeCopyCensus } from "../census/copy-census.ts";
import { withoutLargeObjects } from "../census/large-objects.ts";
import type { Census, Difference, Json, TableCensus } from "../census/types.ts";
import { suggestion } from "../plan/suggestion.ts";
import { connect } from "../postgres/connect.ts";
import type { Target } from "../postgres/types.ts";
import { evaluateMatview } from "../proof/matview.ts";
import { type RevealedTable, unsafeRevealRows } from "../proof/narrow/reveal.ts";
import { openVault } from "../vault/vault.ts";
import { directorySource, type FetchedBackup, vaultSource } from "./backup-source.ts";
import type { UseCaseContext } from "./context.ts";
import { type Damage, makeCopy, readDamage } from "./copy.ts";
import { operationErrors } from "./errors.ts";
import { loadSubject, requireSource, type Subject, type SubjectOptions, sourceTarget } from "./subject.ts";
import { openThrowaway } from "./throwaway.ts";

export interface DiffOptions extends SubjectOptions {
  /** `latest`, `yesterday`, `random` or an id. */
  readonly backup?: string;
  readonly archive?: string;
  /** Only objects whose name holds this. */
  readonly object?: string;
  /** What the backup is compared with: its copy, restored anew, or the live source. */
  readonly with: "copy" | "source";
  readonly damage?: string;
}

/** One attribute of one object, with both definitions in full. */
export interface DefinitionDiff {
  readonly object: string;
  readonly attribute: string;
  /** A unified diff without its header: `-` is the backup, `+` the other side. */
  readonly lines: readonly string[];
}

/** Rows of one table that are not alike. */
export interface TableDiff {
  readonly table: string;
  readonly expected: string;
  readonly actual: string;
}

export interface DiffOutcome {
  readonly definitions: readonly DefinitionDiff[];
  readonly tables: readonly TableDiff[];
  /** The rows behind `tables`, with the values that differ; of the live source no rows are read. */
  readonly rows: readonly RevealedTable[];
}

/**
 * Shows in full what a report only names. It holds definitions, which may hold secrets, so it refuses to run where its
 * output becomes a log.
 */
export async function diff(context: UseCaseContext, options: DiffOptions): Promise<DiffOutcome> {
  if (context.environment.GITHUB_ACTIONS === "true") throw operationErrors.not_a_terminal({});
  const subject = await loadSubject(context, options);
  const damage = options.damage === undefined ? null : await readDamage(context, options.damage);
  const production = sourceTarget(context, subject.database);
  const source =
    options.archive === undefined
      ? vaultSource(context, openVault({ ...context.environment }), subject.name, options.backup ?? "latest")
      : directorySource(context, options.archive);
  await using scratch = await scratchDirectory("diff");
  const backup = await source.fetch(scratch.path);
  const object = options.object ?? "";
  if (options.with === "source") {
    const source = requireSource(context, subject);
    return { ...compare(backup.census, await readAgain(context, subject, backup, source), object), rows: [] };
  }
  return await compareWithCopy(context, subject, { backup, damage, production, object });
}

async function compareWithCopy(
  context: UseCaseContext,
  subject: Subject,
  request: { backup: FetchedBackup; damage: Damage | null; production: Target | null; object: string },
): Promise<DiffOutcome> {
  const { backup, damage, production, object } = request;
  const { manifest, directory, census } = backup;
  const { throwaway } = await openThrowaway(context, manifest, production);
  await using copy = throwaway;
  const { target } = copy;
  await makeCopy(context, { subject, backup, damage }, target);
  const all = compare(census, await readAgain(context, subject, backup, target), object);
  const refreshed = await onlyRefreshed(target, census, all.tables);
  for (const view of refreshed) {
    context.progress.warn(
      `Rows of the materialized view ${view} are not compared: those of the source were stale, a dump does not carry them, and the restore refreshed the copy's.`,
    );
  }
  const found = { ...all, tables: all.tables.filter(({ table }) => !refreshed.includes(table)) };
  const differing = found.tables.map(({ table }) => table);
  const rows = await context.progress.step("Look for the rows", () =>
    unsafeRevealRows({ manifest, directory, target }, differing),
  );
  return { ...found, rows };
}

/** Of tables that differ on a copy the materialized views that hold there what their definition gives: no proof finds fault with them. */
export async function onlyRefreshed(copy: Target, expected: Census, tables: readonly TableDiff[]): Promise<string[]> {
  const views = tables.filter(({ table }) => expected.tables[table]?.kind === "matview");
  if (views.length === 0) return [];
  await using session = await connect(copy, { readOnly: true });
  const refreshed: string[] = [];
  for (const { table } of views) {
    const state = await evaluateMatview(session, table);
    if (state === "as-defined" || state === "may-differ") refreshed.push(table);
  }
  return refreshed;
}

/** READ ONLY on any side. */
function readAgain(
  { progress }: UseCaseContext,
  { database }: Subject,
  { census, scope }: FetchedBackup,
  target: Target,
): Promise<Census> {
  return takeCopyCensus({ target, scope, database, expected: census, workers: 2, progress });
}

/**
 * Compares two censuses in full, or what of them has `object` in its name.
 *
 * @throws run.no_such_object (input) where neither has such an object: "no difference" would be a lie
 */
function compare(expected: Census, actual: Census, object: string): Omit<DiffOutcome, "rows"> {
  // A backup without the large objects says nothing about those that the other side has.
  const inventory = expected.large_objects === null ? withoutLargeObjects(actual.inventory) : actual.inventory;
  const { differences } = compareInventories(expected.inventory, inventory, {
    expectedVersion: expected.server_version_num,
    actualVersion: actual.server_version_num,
  });
  const names = new Set([...Object.keys(expected.tables), ...Object.keys(actual.tables)]);
  const known = [...names, ...[...expected.inventory, ...inventory].map(({ name }) => name)];
  if (!known.some((name) => name.includes(object))) {
    throw operationErrors.no_such_object({ object, meant: suggestion(object, [...names]) });
  }
  return {
    definitions: differences.filter((one) => one.object.includes(object)).map(inFull),
    tables: [...names]
      .filter((table) => table.includes(object))
      .map((table) => ({ table, expected: tally(expected.tables[table]), actual: tally(actual.tables[table]) }))
      .filter((one) => one.expected !== one.actual),
  };
}

function tally(table: TableCensus | undefined): string {
  if (table === undefined) return "not there";
  return table.hash === null ? `${table.rows} rows` : `${table.rows} rows with the hash ${table.hash}`;
}

function inFull({ kind, object, attribute, change, expected, actual }: Difference): DefinitionDiff {
  const what = attribute === "*" ? change : attribute;
  const patch = createPatch(object, asText(expected), asText(actual), undefined, undefined, { context: 3 });
  // The first four lines name the files.
  return { object: `${kind} ${object}`, attribute: what, lines: patch.trimEnd().split("\n").slice(4) };
}

function asText(value: Json): string {
  if (value === null) return "";
  return typeof value === "string" ? `${value}\n` : `${JSON.stringify(value, null, 2)}\n`;
}
