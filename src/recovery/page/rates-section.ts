import { spellSeconds } from "../../base/spell.ts";
import type { Incident, Rates } from "../types.ts";
import type { Section } from "./sections.ts";

const unknown = "not known";
const number = (value: number, unit: string) => `${value.toLocaleString("en-US", { maximumFractionDigits: 2 })}${unit}`;

const health = (healthy: boolean | null) => (healthy === null ? "not asked" : healthy ? "well" : "not well");

/** What is shown of a stretch of time, row by row. */
const rows: readonly (readonly [string, (rates: Rates) => string])[] = [
  ["Transactions a second", ({ commits_per_s: done, rollbacks_per_s: back }) => sum(done, back)],
  ["Rolled back", ({ commits_per_s: done, rollbacks_per_s: back }) => share(done, back)],
  ["Deadlocks an hour", ({ deadlocks, seconds }) => perHour(deadlocks, seconds)],
  ["API", ({ api_healthy }) => health(api_healthy)],
];

function sum(done: number | null, back: number | null): string {
  return done === null || back === null ? unknown : number(done + back, "");
}

function share(done: number | null, back: number | null): string {
  if (done === null || back === null) return unknown;
  return done + back === 0 ? "none" : number((100 * back) / (done + back), " %");
}

function perHour(count: number | null, seconds: number): string {
  return count === null || seconds === 0 ? unknown : number((count / seconds) * 3600, "");
}

function errorRows(before: Rates | null, after: Rates): string[][] {
  const [was, is] = [before?.errors_by_severity ?? null, after.errors_by_severity];
  const severities = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])].sort();
  const shown = (found: Rates["errors_by_severity"], severity: string) =>
    found === null ? unknown : number(found[severity] ?? 0, "");
  return severities.map((one) => [`Errors of severity ${one}`, shown(was, one), shown(is, one)]);
}

/** How the recovered database fared while it was watched, beside the time before. */
export function ratesSection({ watch }: Pick<Incident, "watch">): Section {
  const title = "Error rate afterwards";
  if (watch === null) return { title, sentences: ["It was not watched."] };
  const { verdict, before, after, findings } = watch;
  const said = {
    quiet: `Quiet for ${spellSeconds(after?.seconds ?? 0)}.`,
    regressed: `It got worse: ${findings.join("; ")}.`,
    not_watched: `It could not be watched: ${findings.join("; ")}.`,
  }[verdict];
  if (after === null) return { title, sentences: [said] };
  const since =
    before === null
      ? "Nothing is known of before."
      : `Before is the server's own mean of the last ${spellSeconds(before.seconds)}; errors are those of as long before as was to be watched.`;
  return {
    title,
    sentences: [`${said} ${since}`],
    table: {
      head: ["What", "Before", "Afterwards"],
      rows: [
        ...rows.map(([what, of]) => [what, before === null ? unknown : of(before), of(after)]),
        ...errorRows(before, after),
      ],
    },
  };
}
