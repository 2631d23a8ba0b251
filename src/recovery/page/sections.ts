import { spellAmount, spellCount, spellInstant, spellSeconds } from "../../base/spell.ts";
import { changedTables } from "../losses.ts";
import { tableModes } from "../table/types.ts";
import type { Incident, Preview, TableLoss } from "../types.ts";

/** A piece of a screen, a summary or a page, before anybody has decided how it looks. All texts are plain. */
export interface Section {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

const mostTables = 60;
const instant = (iso: string | null) => (iso === null ? "none" : spellInstant(iso));
const amount = (rows: number | null) => (rows === null ? "no such table" : spellCount(rows));

const ofRows: ReadonlySet<string> = new Set(tableModes);

/** Whether rows of one table are moved; all other recoveries put the whole of the restore point in the place of now. */
export function movesRows({ mode }: Pick<Incident, "mode">): boolean {
  return ofRows.has(mode);
}

/** What becomes of one table, in words. */
function fate({ rows_now, rows_then, younger, gone = 0 }: TableLoss, known: boolean): string {
  const parts: string[] = [];
  if (known && rows_then === null) parts.push("goes: the restore point has no such table");
  else if (known && rows_now === null) parts.push("the table comes back");
  else if (rows_then !== null && rows_now !== null && rows_then > rows_now) {
    parts.push(`${spellAmount(rows_then - rows_now, "row")} more`);
  } else if (rows_then !== null && rows_now !== null && rows_then < rows_now) {
    parts.push(`${spellAmount(rows_now - rows_then, "row")} fewer`);
  }
  // Otherwise the numbers say as much.
  if (gone > 0 && gone > (rows_now ?? 0) - (rows_then ?? 0))
    parts.push(`${spellAmount(gone, "row")} of now ${gone === 1 ? "goes" : "go"}`);
  if (younger !== null && younger > 0) parts.push(`${spellAmount(younger, "row")} made since the restore point`);
  return parts.join("; ");
}

/** How many rows of a table go at least: where it has as many as before, they may still be others. */
function rowsGone({ rows_now, rows_then, younger, gone }: TableLoss): number {
  return gone ?? Math.max(0, (rows_now ?? 0) - (rows_then ?? 0), younger ?? 0);
}

const gone = (losses: readonly TableLoss[]) => losses.reduce((sum, loss) => sum + rowsGone(loss), 0);

function ofOneTable(losses: readonly TableLoss[]): string[] {
  const rows = gone(losses);
  return [
    rows === 0
      ? "Nothing: no row that is there now goes."
      : `${spellAmount(rows, "row")} that the restore point does not have; the undo file keeps ${rows === 1 ? "it" : "them"}.`,
  ];
}

function ofAllTables(losses: readonly TableLoss[], changed: number, known: boolean): string[] {
  if (losses.length === 0) return ["Nobody could count the tables."];
  const younger = losses.reduce((sum, one) => sum + (one.younger ?? 0), 0);
  if (!known) {
    return [
      "How many rows each table will have is not known before it is restored.",
      `Made since the restore point, by their own time: ${spellAmount(younger, "row")}. Tables without such a time say nothing.`,
    ];
  }
  const same = losses.length - changed;
  const rows = gone(losses);
  return [
    `${spellAmount(changed, "table")} of ${losses.length} ${changed === 1 ? "changes" : "change"} in number; ${spellAmount(same, "table")} ${same === 1 ? "has" : "have"} as many rows as at the restore point (their rows may still differ).`,
    rows === 0
      ? "By these numbers no row goes; rows that were changed since go back to what they were."
      : `At least ${spellAmount(rows, "row")} that ${rows === 1 ? "is" : "are"} there now ${rows === 1 ? "goes" : "go"}${younger > 0 ? `; ${spellAmount(younger, "row")} by their own time ${younger === 1 ? "was" : "were"} made since the restore point` : ""}.`,
  ];
}

/** Tables whose number of rows changes, the greatest change first; the others are told in one sentence. */
export function lossSection(
  title: string,
  incident: Pick<Incident, "mode">,
  losses: readonly TableLoss[],
  now: string,
): Section {
  const one = movesRows(incident);
  // Before the platform has restored a point in time nobody knows what was in it.
  const known = one || losses.some(({ rows_then }) => rows_then !== null);
  const change = ({ rows_now, rows_then }: TableLoss) => Math.abs((rows_now ?? 0) - (rows_then ?? 0));
  const wanted = known ? changedTables(losses) : losses.filter(({ younger }) => (younger ?? 0) > 0);
  const changed = [...wanted].sort((a, b) => change(b) - change(a));
  const rows = changed
    .slice(0, mostTables)
    .map((loss) => [
      loss.table,
      amount(loss.rows_now),
      known ? amount(loss.rows_then) : "not known",
      fate(loss, known),
    ]);
  return {
    title,
    sentences: [
      ...(one ? ofOneTable(losses) : ofAllTables(losses, changed.length, known)),
      ...(changed.length > mostTables ? [`The ${mostTables} greatest changes are shown; the JSON has all.`] : []),
    ],
    ...(rows.length === 0
      ? {}
      : { table: { head: ["Table", now, one ? "Afterwards" : "Restore point", "What becomes of it"], rows } }),
  };
}

function duration({ estimate }: Preview): Section {
  const total = estimate.seconds === null ? "Not known" : `About ${spellSeconds(estimate.seconds)} in all`;
  const rows = estimate.phases.map(({ name, seconds }) => [name, spellSeconds(seconds)]);
  return {
    title: "How long it takes",
    sentences: [`${total}: ${estimate.basis}.`],
    ...(rows.length === 0 ? {} : { table: { head: ["Phase", "Time"], rows } }),
  };
}

function timestamps({ timestamps }: Preview): Section[] {
  if (timestamps.length === 0) return [];
  const rows = timestamps.map(({ what, now, restored }) => [what, instant(now), instant(restored)]);
  return [{ title: "Newest data", sentences: [], table: { head: ["Sign of life", "Now", "Restore point"], rows } }];
}

/** The whole preview, what stands against it first. */
export function previewSections(incident: Incident): Section[] {
  const { preview } = incident;
  if (preview === null) return [];
  const list = (title: string, sentences: readonly string[]): Section[] =>
    sentences.length === 0 ? [] : [{ title, sentences }];
  return [
    ...list("What stands against it", preview.obstacles),
    ...list("What is overwritten", preview.overwrites),
    ...list("What stays", preview.keeps),
    lossSection("What is lost", incident, preview.losses, "Now"),
    ...timestamps(preview),
    duration(preview),
    ...list("What could go wrong", preview.hazards),
    ...preview.details.map(({ title, lines }) => ({ title, sentences: lines })),
  ];
}

const headlines = {
  previewed: "Plan of a recovery",
  recovered: "Recovered",
  failed: "Not recovered: nothing was changed",
  rolled_back: "Not recovered: production is as it was",
  needs_person: "A person must look now",
} as const;

/** The first line of everything that is said about an incident. */
export function headline({ state, database }: Incident): string {
  const said = state.outcome === null ? `Recovery under way (${state.step})` : headlines[state.outcome];
  return `${said}: ${database}`;
}

/** The restore point in one sentence. */
export function restorePoint({ restore_point }: Incident): string {
  if (restore_point === null) return "no restore point was found";
  const { backup, at } = restore_point;
  return backup === null ? spellInstant(at) : `backup ${backup.id}, taken ${spellInstant(backup.taken_at)}`;
}
