import { z } from "zod";
import { parseIncident } from "../recovery/incident.ts";
import { pageName } from "../recovery/page/incident-page.ts";
import { isOtherwiseAsMade, withPeoplesWords } from "../recovery/page/people-wrote.ts";
import type { Incident } from "../recovery/types.ts";
import type { EvidenceFile } from "../report/chain/types.ts";

/*
 * The two forms of an incident among the reports: its state for machines, and the page that people finish. A disaster has
 * the first alone.
 */

const folder = "incidents/";
const textOf = ({ bytes }: EvidenceFile) => Buffer.from(bytes).toString("utf8");

const stateSchema = z.object({ id: z.string(), updated_at: z.iso.datetime() });

/** When the state that a file holds was written; null where it holds none. */
function writtenAt(file: EvidenceFile): string | null {
  if (!file.path.endsWith(".json")) return null;
  try {
    const parsed = stateSchema.safeParse(JSON.parse(textOf(file)));
    return parsed.success ? parsed.data.updated_at : null;
  } catch {
    return null;
  }
}

/** The incident that a file holds; null where it holds none. */
function incidentIn(file: EvidenceFile): Incident | null {
  if (!isIncidentFile(file.path)) return null;
  try {
    return parseIncident(textOf(file), file.path);
  } catch {
    return null;
  }
}

/** Whether a path of the reports' folder is that of an incident's state. */
function isIncidentFile(path: string): boolean {
  return path.startsWith(folder) && path.endsWith(".json");
}

/** Whether a path of the reports' folder is that of an incident's page. */
function isIncidentPage(path: string): boolean {
  return path.startsWith(folder) && path.endsWith(".md");
}

/** The incidents among some files by the path of their page; of two forms of one incident the later written counts. */
function incidentsByPage(files: readonly EvidenceFile[]): Map<string, Incident> {
  const found = new Map<string, Incident>();
  for (const file of files) {
    const incident = incidentIn(file);
    if (incident === null) continue;
    const page = folder + pageName(incident);
    if ((found.get(page)?.updated_at ?? "") <= incident.updated_at) found.set(page, incident);
  }
  return found;
}

/**
 * What is to stand under an incident's name where this machine and the branch hold different forms of it: the state that
 * was written later; and of the page the one of that state, with the lessons and ticks of the branch.
 *
 * @param ours the file of this machine; paths relative to the reports' folder
 * @param theirs the branch's form of it
 * @param incidents the states that are known, of this machine and of the branch
 * @returns null where nobody can tell, such as a page whose facts people have rewritten: then both have to be kept
 */
export function newestForm(
  ours: EvidenceFile,
  theirs: EvidenceFile,
  incidents: { readonly ours: readonly EvidenceFile[]; readonly theirs: readonly EvidenceFile[] },
): Uint8Array | null {
  const [here, there] = [writtenAt(ours), writtenAt(theirs)];
  if (here !== null && there !== null) return here >= there ? ours.bytes : theirs.bytes;
  const published = incidentsByPage(incidents.theirs).get(ours.path);
  const newest = incidentsByPage([...incidents.ours, ...incidents.theirs]).get(ours.path);
  if (newest === undefined || published === undefined) return null;
  if (!isOtherwiseAsMade(textOf(theirs), published)) return null;
  return newest.updated_at === published.updated_at
    ? theirs.bytes
    : Buffer.from(withPeoplesWords(newest, textOf(theirs)));
}

/** Which pages of incidents differ from what Ithaca makes of their state in nothing but the words and ticks of people. */
export function pagesAsMade(files: readonly EvidenceFile[]): EvidenceFile[] {
  const incidents = incidentsByPage(files);
  return files.filter((file) => {
    const incident = isIncidentPage(file.path) ? incidents.get(file.path) : undefined;
    return incident !== undefined && isOtherwiseAsMade(textOf(file), incident);
  });
}
