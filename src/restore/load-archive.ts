import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ArchiveEntry } from "./archive.ts";
import type { RawError } from "./ledger.ts";
import { type LoadContext, loadEntries } from "./load-entries.ts";
import { findUnloaded } from "./loaded.ts";
import { countLoaded } from "./loaded-share.ts";
import { stillLogins } from "./login-triggers.ts";
import type { LoadOptions } from "./pg-restore.ts";
import { rowBytes, rowEntries } from "./row-files.ts";
import { planRuns } from "./runs.ts";
import type { SampleOfRows, SampleStages } from "./sample-stages.ts";
import type { Selection } from "./selection.ts";

export interface LoadedArchive {
  readonly errors: readonly RawError[];
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
}

const round = (seconds: number) => Math.round(seconds * 1000) / 1000;

/** Tables that stayed empty for no reason that the ledger already names. */
async function unexplainedlyEmpty(
  context: LoadContext,
  entries: readonly ArchiveEntry[],
  known: readonly RawError[],
): Promise<RawError[]> {
  const explained = new Set(known.map((error) => error.dumpId));
  const unloaded = await findUnloaded(context.session, context.dump, entries);
  return unloaded.filter((error) => !explained.has(error.dumpId));
}

/** A file's name as pg_dump gives it: nothing that leads out of the archive. */
const plainName = /^\d+\.dat$/;
/** Smaller files give no room that would be worth the time. */
const largeFile = 1024 * 1024;

async function removeRows(
  dump: string,
  entries: readonly ArchiveEntry[],
  bytes: ReadonlyMap<number, number>,
): Promise<void> {
  const isLarge = ({ dumpId, fileName }: ArchiveEntry) =>
    plainName.test(fileName) && (bytes.get(dumpId) ?? 0) >= largeFile;
  for (const { fileName } of rowEntries(entries).filter(isLarge)) await rm(join(dump, fileName));
}

/**
 * Loads an archive in order: definitions and rows, then what must find every row in place (indexes, constraints,
 * triggers, policies, refreshed materialized views), then the event triggers alone.
 *
 * @param selection what to load
 * @param known errors that were found before the load
 */
export async function loadArchive(
  context: LoadContext,
  selection: Selection,
  known: readonly RawError[],
): Promise<LoadedArchive> {
  const { load: entries, eventTriggers, withoutTablespaces } = selection;
  const bytes = await rowBytes(context.dump, entries);
  const loaded = countLoaded(entries, bytes);
  const { together, small, serialPostData } = planRuns(entries, bytes);
  const data = await context.progress.step("Load definitions and rows", async (note) => {
    const onTable = (table: string) => {
      const { text, share } = loaded(table);
      note(text, share);
    };
    const common = { withoutTablespaces, onTable };
    const first = await loadEntries(context, "data", together, { sections: ["pre-data", "data"], ...common });
    if (small.length === 0 || !first.ranToItsEnd) return first;
    const rest = await loadEntries(context, "rows", small, { sections: ["data"], serial: true, ...common });
    return {
      ...rest,
      errors: [...first.errors, ...rest.errors],
      seconds: first.seconds + rest.seconds,
      secondsToData: first.secondsToData,
    };
  });
  const errors: RawError[] = [...data.errors];
  errors.push(...(await unexplainedlyEmpty(context, entries, [...known, ...errors])));
  if (context.consume) await removeRows(context.dump, entries, bytes);
  const phases = [
    { name: "restore.pre-data", seconds: round(data.secondsToData) },
    { name: "restore.data", seconds: round(data.seconds - data.secondsToData) },
  ];
  if (!data.ranToItsEnd) {
    errors.push({ dumpId: null, message: "pg_restore ended before the end of the archive: the rest is missing" });
    return { errors, phases };
  }
  const rest = await context.progress.step("Build indexes, constraints, triggers and policies", async () => {
    const post = await loadEntries(context, "post-data", entries, {
      sections: ["post-data"],
      serial: serialPostData,
      withoutTablespaces,
    });
    await context.beforeEventTriggers();
    if (eventTriggers.length === 0) return [post];
    const last = await loadEntries(context, "event-triggers", eventTriggers, { sections: [], withoutTablespaces });
    await stillLogins(context.session);
    return [post, last];
  });
  for (const part of rest) {
    errors.push(...part.errors);
    if (!part.ranToItsEnd) {
      errors.push({ dumpId: null, message: "pg_restore ended before the end of the archive: the rest is missing" });
    }
  }
  phases.push({ name: "restore.post-data", seconds: round(rest.reduce((sum, part) => sum + part.seconds, 0)) });
  return { errors, phases };
}

/**
 * Loads every definition of an archive and the rows of some tables; event triggers last, as in `loadArchive`. The phases
 * have names of their own: how long a part takes says nothing about how long a recovery would.
 */
export async function loadSample(
  context: LoadContext,
  stages: SampleStages & { readonly sample: SampleOfRows },
  { eventTriggers, withoutTablespaces }: Pick<Selection, "eventTriggers" | "withoutTablespaces">,
  known: readonly RawError[],
): Promise<LoadedArchive> {
  const errors: RawError[] = [];
  const phases: { name: string; seconds: number }[] = [];
  const load = async (
    title: string,
    entries: readonly ArchiveEntry[],
    options: Pick<LoadOptions, "sections" | "pastTriggers" | "onTable">,
  ) => {
    if (entries.length === 0) return;
    const name = `sample.${title}`;
    const result = await loadEntries(context, name, entries, { ...options, withoutTablespaces });
    errors.push(...result.errors);
    if (!result.ranToItsEnd) {
      errors.push({ dumpId: null, message: `pg_restore ended before the end of the ${title}: the rest is missing` });
    }
    const earlier = phases.find((phase) => phase.name === name);
    if (earlier === undefined) phases.push({ name, seconds: round(result.seconds) });
    else earlier.seconds = round(earlier.seconds + result.seconds);
  };
  const { progress } = context;
  const { first, rows, atOnce, last, sample } = stages;
  await progress.step("Make every definition", () =>
    load("definitions", first, { sections: ["pre-data", "post-data"] }),
  );
  const counted = countLoaded(rows, await rowBytes(context.dump, rows));
  const loaded: ArchiveEntry[] = [];
  await progress.step("Load the sample's rows", async (note) => {
    const onTable = (table: string) => {
      const { text, share } = counted(table);
      note(text, share);
    };
    for (const [index, wave] of sample.waves.entries()) {
      if (index > 0 && !sample.goOn(index)) return;
      const now = rows.filter(({ dumpId }) => (atOnce.has(dumpId) ? index === 0 : wave.has(dumpId)));
      loaded.push(...now);
      await load("rows", now, { sections: ["data"], pastTriggers: true, onTable });
    }
  });
  errors.push(...(await unexplainedlyEmpty(context, loaded, [...known, ...errors])));
  await progress.step("Build their indexes and constraints", async () => {
    await load("indexes", last, { sections: ["pre-data", "post-data"] });
    await context.beforeEventTriggers();
    await load("event-triggers", eventTriggers, { sections: [] });
    await stillLogins(context.session);
  });
  return { errors, phases };
}
