import { spellAmount, spellInstant, spellSeconds } from "../../base/spell.ts";
import type { Plan } from "../../plan/schema.ts";
import { prose } from "../../report/escape.ts";
import type { AllClear, Fault, Source } from "./fault.ts";
import { type IncidentState, isEscalated, keyMarker, ofThePlan, sameFault, stateMarker } from "./marker.ts";

/** What issues are written with, besides the fault. */
export interface Voice {
  readonly plan: Plan;
  /** The branch that reports are committed to. */
  readonly branch: string;
  /** Where they stand, such as `https://github.com/acme/shop/blob/main`. */
  readonly reportsAt: string;
  /** The runbook's address. */
  readonly runbook: string;
  /**
   * Everybody may read the issues, and the plan does not say that they may read what reports say: then an issue says
   * that something is wrong, and not what.
   */
  readonly discreet: boolean;
}

/** GitHub takes bodies of 65,536 characters; the rest is room for people who edit one. */
const longestBody = 60_000;
const longestComment = 10_000;

function reportUrl({ reportPath }: Source, { reportsAt }: Voice): string | null {
  return reportPath === null ? null : `${reportsAt}/${reportPath.split("/").map(encodeURIComponent).join("/")}`;
}

/** Links within the report's page lead to that page, and not to nowhere. */
function anchored(markdown: string, url: string | null): string {
  return url === null ? markdown.replaceAll(/\[([^\]]*)\]\(#[\w-]*\)/g, "$1") : markdown.replaceAll("](#", `](${url}#`);
}

/** `[report](…), [run](…)`; what there is of them. */
function evidence(source: Source, voice: Voice): string {
  const report = reportUrl(source, voice);
  const links = [
    ...(report === null ? [] : [`[the report](${report})`]),
    ...(source.runUrl === null ? [] : [`[the run](${source.runUrl})`]),
  ];
  const at = spellInstant(source.at.toISOString());
  return links.length === 0 ? `The run of ${at} left no page.` : `Of ${at}: ${links.join(", ")}.`;
}

/** A contact as people are addressed: `@ada (DevOps Team Lead)`, or the role alone. */
function person(contact: Plan["contacts"]["primary"], otherwise: string): string {
  if (contact === undefined) return otherwise;
  return contact.github === undefined ? prose(contact.role) : `@${contact.github} (${prose(contact.role)})`;
}

/** Until when what has to happen, from the moment that the issue was opened. */
function timers({ plan }: Voice, key: Fault["key"], openedAt: Date): string[] {
  const { answer_within, escalate_after } = plan.alerts;
  const { primary, secondary, escalation } = plan.contacts;
  const closes = "- The next run that finds it in order closes this issue.";
  if (!isEscalated(key)) {
    const who = person(primary, "somebody");
    return ["## Who answers", "", `- ${who} looks into it by day: nobody else is told.`, closes, ""];
  }
  const at = (seconds: number) => spellInstant(new Date(openedAt.getTime() + seconds * 1000).toISOString());
  return [
    "## Who answers, and until when",
    "",
    `- **${at(answer_within)}** (${spellSeconds(answer_within)}): ${person(primary, "somebody")} has answered, by a comment, by taking the issue, or by the label \`acknowledged\`. Else ${person(secondary, "everybody who hears of alarms")} is told.`,
    `- **${at(escalate_after)}** (${spellSeconds(escalate_after)}): it is resolved. Else ${person(escalation, "everybody who hears of alarms")} is told.`,
    closes,
    "",
  ];
}

function firstSteps(fault: Fault, voice: Voice, url: string | null): string[] {
  const shown = voice.discreet ? [] : fault.steps.slice(0, 12);
  const steps = [
    `Open the runbook at [${fault.section}](${voice.runbook}#${fault.section}).`,
    ...shown.map((step) => anchored(step, url)),
    ...(shown.length < fault.steps.length && !voice.discreet ? ["Go on with the steps of the report."] : []),
  ];
  return ["## What to do next", "", ...steps.map((step, index) => `${index + 1}. ${step}`), ""];
}

const secrecy =
  "What was found is not shown here: everybody may read this repository, and the plan does not say `reports: {public: true}`.";

/**
 * The body of an issue: its markers, the verdict, what to do, until when, the evidence, and then as many sections of the
 * report as there is room for.
 */
export function issueBody(fault: Fault, state: IncidentState, openedAt: Date, voice: Voice): string {
  const url = reportUrl(fault.source, voice);
  const seen = state.count === 1 ? "" : ` Seen ${spellAmount(state.count, "time")}.`;
  const head = [
    keyMarker(fault.key),
    stateMarker(state),
    "",
    voice.discreet ? secrecy : anchored(fault.lead, url),
    "",
    `${evidence(fault.source, voice)}${seen}`,
    "",
    ...firstSteps(fault, voice, url),
    // Who escalates, and to whom, stands in the plan.
    ...(sameFault(fault.key, ofThePlan) ? [] : timers(voice, fault.key, openedAt)),
  ].join("\n");
  const pointer = `\n…cut here: the rest stands in ${url === null ? "the run's log" : `[the report](${url})`}.\n`;
  let body = head;
  if (head.length > longestBody) return cutAtLine(head, longestBody - pointer.length) + pointer;
  for (const { title, text } of voice.discreet ? [] : fault.details) {
    const section = `\n## ${title}\n\n${anchored(text, url)}\n`;
    if (body.length + section.length <= longestBody - pointer.length) {
      body += section;
      continue;
    }
    const room = longestBody - pointer.length - body.length;
    return cutAtLine(body + section, body.length + room) + pointer;
  }
  return body;
}

function cutAtLine(text: string, longest: number): string {
  const cut = text.slice(0, longest);
  return cut.slice(0, Math.max(cut.lastIndexOf("\n"), 0));
}

/** The comment on an issue whose fault was seen again. */
export function againComment(fault: Fault, count: number, changed: boolean, voice: Voice): string {
  const url = reportUrl(fault.source, voice);
  const what = changed ? "Again, and something else than before" : "Again";
  const lead = voice.discreet ? "" : `\n\n${anchored(fault.lead, url)}`;
  return comment(`**${what}: ${fault.title}** (${spellAmount(count, "time")} now).${lead}`, fault.source, voice);
}

/** The comment with which an issue is closed. */
export function closingComment(clear: AllClear, openSeconds: number, voice: Voice): string {
  const url = reportUrl(clear.source, voice);
  const lead = voice.discreet ? "" : `\n\n${anchored(clear.lead, url)}`;
  return comment(`✅ **It is in order again**, after ${spellSeconds(openSeconds)}.${lead}`, clear.source, voice);
}

function comment(text: string, source: Source, voice: Voice): string {
  const end = `\n\n${evidence(source, voice)}\n\n<!-- ithaca:comment -->\n`;
  const start =
    text.length + end.length <= longestComment ? text : `${cutAtLine(text, longestComment - end.length)}\n\n…`;
  return `${start}${end}`;
}
