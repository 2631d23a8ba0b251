import { spellAmount, spellCount, spellInstant, spellSeconds } from "../../report/format.ts";
import { changedTables } from "../losses.ts";
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

/** What becomes of one table, in words. */
function fate({ rows_now, rows_then, younger }: TableLoss): string {
  const parts: string[] = [];
  if (rows_then === null) parts.push("is not in what is restored");
  else if (rows_now === null) parts.push("comes back");
  else if (rows_then > rows_now) parts.push(`${spellAmount(rows_then - rows_now, "row")} more`);
  else if (rows_then < rows_now) parts.push(`${spellAmount(rows_now - rows_then, "row")} fewer`);
  if (younger !== null && younger > 0) parts.push(`${spellAmount(younger, "row")} made since the restore point`);
  return parts.join("; ");
}

/** Tables whose number of rows changes, the greatest change first; the others are told in one sentence. */
export function lossSection(title: string, losses: readonly TableLoss[], now: string): Section {
  const change = ({ rows_now, rows_then }: TableLoss) => Math.abs((rows_now ?? 0) - (rows_then ?? 0));
  const changed = changedTables(losses).sort((a, b) => change(b) - change(a));
  const same = losses.length - changed.length;
  const lost = losses.reduce((sum, { younger }) => sum + (younger ?? 0), 0);
  const fewer = losses.reduce((sum, l) => sum + Math.max(0, (l.rows_now ?? 0) - (l.rows_then ?? 0)), 0);
  const sentences =
    losses.length === 0
      ? ["Nobody could count the tables."]
      : [
          `${spellAmount(changed.length, "table")} of ${losses.length} ${changed.length === 1 ? "changes" : "change"} in number; ${spellAmount(same, "table")} ${same === 1 ? "has" : "have"} as many rows as at the restore point (their rows may still differ).`,
          ...(lost > 0 || fewer > 0
            ? [
                `Lost, by count: ${spellAmount(fewer, "row")}. Made since the restore point, by their own time: ${spellAmount(lost, "row")}.`,
              ]
            : []),
          ...(changed.length > mostTables ? [`The ${mostTables} greatest changes are shown; the JSON has all.`] : []),
        ];
  const rows = changed
    .slice(0, mostTables)
    .map((loss) => [loss.table, amount(loss.rows_now), amount(loss.rows_then), fate(loss)]);
  return {
    title,
    sentences,
    ...(rows.length === 0 ? {} : { table: { head: ["Table", now, "Restore point", "What becomes of it"], rows } }),
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
    lossSection("What is lost", preview.losses, "Now"),
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
