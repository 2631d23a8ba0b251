import type { Incident } from "../types.ts";
import { incidentPage, lessonsOf } from "./incident-page.ts";

/*
 * An incident's page is made by Ithaca and finished by people: they write what was learned, and tick what they have done.
 * Both are carried over when the page is made anew, and neither is an alteration of the record.
 */

const ticked = /^- \[[xX]\] (.*)$/gm;
const open = /^- \[ \] (.*)$/gm;

/** The page of an incident as it is now, with the lessons and the ticks that people put into an earlier form of it. */
export function withPeoplesWords(incident: Incident, earlier: string): string {
  const done = new Map([...earlier.matchAll(ticked)].map(([line, task = ""]) => [task, line]));
  return incidentPage(incident, lessonsOf(earlier)).replaceAll(open, (line, task: string) => done.get(task) ?? line);
}

/** Whether people have changed nothing of a page but what is theirs: the lessons, and ticks. */
export function isOtherwiseAsMade(page: string, incident: Incident): boolean {
  return withPeoplesWords(incident, page) === page;
}
