import { spellInstant, spellSeconds } from "../../base/spell.ts";
import { code, prose, table } from "../../report/escape.ts";
import type { Incident } from "../types.ts";
import { sectionMarkdown } from "./preview-markdown.ts";
import { ratesSection } from "./rates-section.ts";
import { headline, lossSection, movesRows, restorePoint } from "./sections.ts";

/** Stands where a person has to write; `lacksLessons` finds it. */
export const lessonsReminder = "_Nobody has written this yet. What must change, so that it does not happen again?_";

/** Whether the section for people is still as it was made. */
export function lacksLessons(page: string): boolean {
  return page.includes(lessonsReminder);
}

const instantOr = (iso: string | null, other: string) => (iso === null ? other : spellInstant(iso));

function facts(incident: Incident): string[][] {
  const safety = incident.safety_backups.at(-1);
  const { started_at, incident_at, actor, kind, mode } = incident;
  return [
    ["Incident", code(incident.id)],
    ["Date and time of the incident", instantOr(incident_at, "not known; a person must say")],
    ["Recovery began", spellInstant(started_at)],
    ["Reason", prose(incident.reason || "nobody gave one", 1000)],
    ["Recovery", `${prose(kind)}, ${prose(mode)}`],
    ["Backup selected", prose(restorePoint(incident))],
    [
      "Safety backup of what was there",
      safety === undefined ? prose(incident.no_safety_backup ?? "none was taken") : code(safety.id),
    ],
    ["Done by", prose(actor)],
    ["Told", incident.told.length === 0 ? "nobody: tell the team yourself" : prose(incident.told.join(", "))],
  ];
}

const marks = { passed: "✅", failed: "❌", not_run: "⚠️ not run" } as const;

function verification({ verification }: Incident): string[] {
  if (verification === null) return ["## Verification results", "", "It was not verified.", ""];
  const rows = verification.checks.map(({ title, status, actual, reason }) => [
    marks[status],
    prose(title),
    prose(status === "passed" ? actual : reason || actual) || "–",
  ]);
  const rest = verification.not_covered.map(({ what, why }) => `- ${prose(what)}: ${prose(why)}`);
  return [
    "## Verification results",
    "",
    ...table(["Result", "Check", "Found"], rows),
    ...(rest.length === 0 ? [] : ["Not covered:", "", ...rest, ""]),
  ];
}

function log({ log, remarks }: Incident): string[] {
  const rows = log.map(({ at, step, event, says, seconds }) => [
    spellInstant(at),
    prose(step),
    prose(event),
    seconds === null ? "–" : spellSeconds(seconds),
    prose(says) || "–",
  ]);
  return [
    "## What happened",
    "",
    ...table(["When", "Step", "Came to", "Time", "Words"], rows),
    ...remarks.map((one) => `- ${prose(one)}`),
    ...(remarks.length === 0 ? [] : [""]),
  ];
}

/**
 * The page of an incident with every field that the plan wants: when, why, which backup, what was verified, what was
 * lost, and what was learned. The last is for people; until somebody writes it, its absence is what the section says.
 *
 * @param lessons what people have written into an earlier version of this page; null where they have not
 */
export function incidentPage(incident: Incident, lessons: string | null = null): string {
  const losses = incident.verification?.losses ?? [];
  const next = incident.next_steps.map((one) => `- [ ] ${prose(one)}`);
  return [
    `# ${prose(headline(incident))}`,
    "",
    ...table(["Fact", "Value"], facts(incident)),
    ...(next.length === 0 ? [] : ["## What to do now", "", ...next, ""]),
    ...verification(incident),
    ...(losses.length === 0 && !movesRows(incident)
      ? ["## Data loss", "", "Nothing was replaced.", ""]
      : sectionMarkdown(lossSection("Data loss", incident, losses, "Before"))),
    ...sectionMarkdown(ratesSection(incident)),
    ...log(incident),
    "## Lessons learned",
    "",
    lessons ?? lessonsReminder,
    "",
    `The same facts for machines: ${code(`${incident.id}.json`)}`,
    "",
  ].join("\n");
}

/** What people have written below the last heading of a page; null where it is still the reminder. */
export function lessonsOf(page: string): string | null {
  const found = /## Lessons learned\n\n([\s\S]*?)\n\nThe same facts for machines:/.exec(page)?.[1];
  return found === undefined || found.trim() === lessonsReminder ? null : found;
}

/** `2026-11-22-lost-children`: the day and the first words of the reason. Two incidents of a day have their id's end to tell them apart. */
export function pageName({ id, reason, started_at, database }: Incident): string {
  const slug = (reason || database)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .split("-")
    .filter((word) => word !== "")
    .slice(0, 6)
    .join("-")
    .slice(0, 50);
  return `${started_at.slice(0, 10)}-${slug || database}-${id.slice(-8)}.md`;
}
