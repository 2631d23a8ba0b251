import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { incidentsDirectory, isOpen, listIncidents } from "../recovery/incident.ts";
import { lacksLessons, pageName } from "../recovery/page/incident-page.ts";
import type { Incident } from "../recovery/types.ts";

/** What recoveries have left open for people. */
export interface IncidentReminders {
  /** Recoveries that have not come to their end, and where they stopped. */
  readonly unfinished: readonly string[];
  /** Pages into which nobody has written what was learned, as paths below the reports' folder. */
  readonly withoutLessons: readonly string[];
}

async function lacks(directory: string, incident: Incident): Promise<string | null> {
  const name = pageName(incident);
  const page = await readFile(join(directory, name), "utf8").catch(() => null);
  return page !== null && lacksLessons(page) ? `incidents/${name}` : null;
}

/**
 * Looks through the incident files of a database. Reads only.
 *
 * @param reports absolute path of the reports' folder
 * @throws recovery.damaged_incident
 */
export async function incidentReminders(reports: string, database: string): Promise<IncidentReminders> {
  const directory = incidentsDirectory(reports);
  const incidents = await listIncidents(directory, database);
  const pages = await Promise.all(incidents.map((incident) => lacks(directory, incident)));
  return {
    unfinished: incidents.filter(isOpen).map(({ id, state }) => `${id} stopped in ${state.step}`),
    withoutLessons: pages.filter((page) => page !== null),
  };
}

/** The sentence about missing lessons; null where none are missing. */
export function lessonsSentence({ withoutLessons }: IncidentReminders): string | null {
  return withoutLessons.length === 0
    ? null
    : `Nobody has written yet what was learned from ${withoutLessons.join(", ")}: fill in its last section.`;
}
