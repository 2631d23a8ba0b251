import { executeCommand, previewMarkdown } from "../recovery/page/preview-markdown.ts";
import { ratesSection } from "../recovery/page/rates-section.ts";
import { headline, lossSection, previewSections, restorePoint, type Section } from "../recovery/page/sections.ts";
import type { Incident } from "../recovery/types.ts";

/* What front ends show of a recovery, without knowing how it is made. */

export type { Section } from "../recovery/page/sections.ts";

export const headlineOf: (incident: Incident) => string = headline;
export const incidentSections: (incident: Incident) => Section[] = previewSections;
export const restorePointOf: (incident: Incident) => string = restorePoint;
export const executeLine: (incident: Incident) => string = executeCommand;

/** The plan as a step summary or the body of an issue to approve. */
export const planMarkdown: (incident: Incident) => string = previewMarkdown;

/** What was lost, counted when nobody could write any more. */
export function lossesOf(incident: Incident): Section {
  return lossSection("Data loss", incident, incident.verification?.losses ?? [], "Before");
}

/** How the recovered database fared while it was watched. */
export const ratesOf: (incident: Incident) => Section = ratesSection;
