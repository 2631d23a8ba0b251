import { type Choice, chooseTables, isChosen } from "../../census/choose-tables.ts";
import type { AnyReport, SampleRecord } from "../../report/model.ts";
import type { Subject } from "../subject.ts";
import { type TableFiles, tablesOf } from "./candidates.ts";
import type { PartialBackup } from "./fetch-sample.ts";
import { expectedPace, hasTimeFor, roomFor } from "./pace.ts";

export interface SampleOrder {
  /** Seconds that the whole verification may take, and that have gone by already. */
  readonly budget: number;
  readonly spent: number;
  /** Of this database, newest first: how fast it goes, and what was seen when. */
  readonly reports: readonly AnyReport[];
}

/** Large objects up to so many bytes come with the small tables. */
const smallObjects = 8 * 1024 * 1024;

/** What was chosen of a backup, with the files that it takes. */
export interface Chosen {
  readonly choice: Choice;
  readonly tables: readonly TableFiles[];
  readonly names: ReadonlySet<string>;
  readonly paths: readonly string[];
  readonly bytes: number;
  readonly room: number;
  readonly pace: SampleRecord["pace"];
  readonly largeObjects: boolean;
  /** In the order in which they are loaded: what is small and large objects, then the others as they were chosen. */
  readonly waves: readonly Wave[];
}

/** Tables that are loaded together, two at a time: a wave has several, or the machine would idle. */
export interface Wave {
  readonly ids: ReadonlySet<number>;
  readonly names: readonly string[];
  readonly bytes: number;
}

/** So many waves there are behind that of the small tables. */
const wavesOfLarge = 4;

function wavesOf(
  chosen: readonly TableFiles[],
  reasons: ReadonlyMap<string, string>,
  objects: readonly number[],
): Wave[] {
  const waveOf = (tables: readonly TableFiles[], more: readonly number[] = []): Wave => ({
    ids: new Set([...tables.flatMap(({ entries }) => entries.map(({ dumpId }) => dumpId)), ...more]),
    names: tables.map(({ name }) => name),
    bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
  });
  const isSmall = ({ name, bytes }: TableFiles) => reasons.get(name) === "small" && bytes <= smallObjects;
  const rank = ({ name }: TableFiles) => (reasons.get(name) === "by risk" ? 1 : 0);
  const large = chosen.filter((table) => !isSmall(table)).sort((a, b) => rank(a) - rank(b));
  const size = large.reduce((sum, { bytes }) => sum + bytes, 0) / wavesOfLarge;
  const waves: TableFiles[][] = [];
  for (const table of large) {
    const last = waves.at(-1);
    if (last !== undefined && last.reduce((sum, { bytes }) => sum + bytes, 0) < size) last.push(table);
    else waves.push([table]);
  }
  return [waveOf(chosen.filter(isSmall), objects), ...waves.map((tables) => waveOf(tables))];
}

/** Chooses the sample of a night: how much there is time for, and what that is. */
export function chooseSample(
  subject: Subject,
  backup: PartialBackup,
  order: SampleOrder,
  now: Date,
  seconds: number,
): Chosen {
  const pace = expectedPace(order.reports);
  const room = roomFor(order.budget - order.spent - seconds, pace);
  const objects = backup.manifest.files.filter(({ path }) => path.startsWith("dump/blob"));
  const objectBytes = objects.reduce((sum, { bytes }) => sum + bytes, 0);
  const largeObjects = objectBytes <= smallObjects;
  const tables = tablesOf(backup, subject.database.critical_tables, order.reports, now);
  const choice = chooseTables(tables, room - (largeObjects ? objectBytes : 0), backup.manifest.digest);
  const names = new Set(choice.tables.filter(({ reason }) => isChosen(reason)).map(({ name }) => name));
  const chosen = tables.filter(({ name }) => names.has(name));
  const reasons = new Map(choice.tables.map(({ name, reason }) => [name, reason]));
  const ofObjects = backup.entries.filter(({ desc }) => largeObjects && desc.startsWith("BLOBS"));
  return {
    choice,
    tables,
    names,
    paths: [...chosen.flatMap(({ paths }) => paths), ...(largeObjects ? objects.map(({ path }) => path) : [])],
    bytes: chosen.reduce((sum, { bytes }) => sum + bytes, 0) + (largeObjects ? objectBytes : 0),
    room,
    pace,
    largeObjects,
    waves: wavesOf(
      chosen,
      reasons,
      ofObjects.map(({ dumpId }) => dumpId),
    ),
  };
}

/** Says before each wave whether there is time for it, and notes the tables for which there was none. */
export function watchTime(
  { budget }: SampleOrder,
  { waves, pace }: Chosen,
  sinceStart: () => number,
  late: Set<string>,
) {
  let began: number | null = null;
  let loaded = 0;
  return (index: number): boolean => {
    // Asked for the first time when the small tables are loaded: from there on the clock counts.
    began ??= sinceStart();
    const [before, next] = [waves[index - 1], waves[index]];
    if (before === undefined || next === undefined) return false;
    if (index > 1) loaded += before.bytes;
    const [elapsed, loading] = [sinceStart(), sinceStart() - began];
    if (hasTimeFor({ budget, elapsed, loading, loaded, next: next.bytes }, pace)) return true;
    for (const { names } of waves.slice(index)) for (const name of names) late.add(name);
    return false;
  };
}

/** Tables for which there was no time after all have their turn on another night. */
export function withoutLate(choice: Choice, late: ReadonlySet<string>): Choice {
  const tables = choice.tables.map((each) =>
    late.has(each.name) ? { ...each, reason: "another night" as const } : each,
  );
  return { ...choice, tables };
}
