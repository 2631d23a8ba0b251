import { IthacaError } from "../base/errors.ts";
import type { Target } from "../postgres/types.ts";
import { recoveryErrors } from "../recovery/errors.ts";
import { incidentsDirectory, isOpen, listIncidents, readIncident } from "../recovery/incident.ts";
import { readMarker } from "../recovery/marker.ts";
import { executeCommand } from "../recovery/page/preview-markdown.ts";
import type { Incident, Notes, RecoveryKind, RecoveryMethod } from "../recovery/types.ts";

/** Words that leave the choice of the backup to us. */
export const chosenForOne: ReadonlySet<string> = new Set(["latest", "yesterday", "random"]);

/** Where unfinished recoveries of a database are looked for. */
interface Place {
  /** Absolute path of the reports' folder. */
  readonly reports: string;
  /** The plan's name of the database. */
  readonly name: string;
  readonly target: Target;
}

/**
 * The unfinished recovery: from the incident files, and from the marker in the database where a fresh runner has no file;
 * the younger one counts.
 *
 * @param unreachable what a database means that cannot be asked for its marker: before anything is done it may be gone,
 * and the files are all there is; of one that is about to be written nobody may assume that it has none
 */
export async function findUnfinished(
  { reports, name, target }: Place,
  unreachable: "no marker" | "a fault",
): Promise<Incident | null> {
  const files = await listIncidents(incidentsDirectory(reports), name);
  const marker = await readMarker(target).catch((error: unknown) => {
    if (unreachable === "no marker" && error instanceof IthacaError && error.kind === "surroundings") return null;
    throw error;
  });
  // A marker whose recovery has ended stands there for people: production could not be put back.
  const known =
    marker !== null && files.some(({ id, updated_at }) => id === marker.id && updated_at >= marker.updated_at);
  const open = [...files.filter(isOpen), ...(marker === null || known ? [] : [marker])];
  return open.sort((a, b) => b.updated_at.localeCompare(a.updated_at))[0] ?? null;
}

/**
 * Makes sure, under the lock, that nobody has gone on with what was found before it was taken.
 *
 * @throws recovery.overtaken; where the database cannot be asked
 */
export async function assertStillSo(place: Place, found: Incident | null): Promise<void> {
  const now = await findUnfinished(place, "a fault");
  if (now?.id === found?.id && now?.updated_at === found?.updated_at) return;
  throw recoveryErrors.overtaken({ id: (now ?? found)?.id ?? "" });
}

function unfinished({ id, kind, mode, state }: Incident): IthacaError {
  return recoveryErrors.unfinished({ id, what: `${kind}, ${mode}`, step: state.step });
}

/** @throws recovery.unfinished where another kind of recovery, or another incident, is to be finished first */
export function refuseAnother(open: Incident, kind: RecoveryKind, incident: string | undefined): void {
  if (open.kind !== kind || (incident !== undefined && incident !== open.id)) throw unfinished(open);
}

/** How a recovery goes about it, and where files lie on one machine: that may be another in each run. */
const ways = new Set(["lock-timeout", "undo-directory", "archive"]);

function sameBackup({ request, restore_point }: Incident, asked: Notes[string] | undefined): boolean {
  if (typeof asked !== "string" || request.backup === undefined) return false;
  return chosenForOne.has(asked) || asked === request.backup || asked === restore_point?.backup?.id;
}

/**
 * Makes sure that an unfinished recovery is gone on with as it was asked for: it may have written already.
 *
 * @throws recovery.unfinished, recovery.other_request
 */
export function assertSameRequest(open: Incident, { mode, request }: Pick<RecoveryMethod, "mode" | "request">): void {
  if (open.mode !== mode) throw unfinished(open);
  const asked = (notes: Notes, key: string) => JSON.stringify(notes[key] ?? null);
  const keys = new Set([...Object.keys(open.request), ...Object.keys(request)]);
  const other = [...keys].find((key) => {
    if (ways.has(key) || (key === "backup" && sameBackup(open, request.backup))) return false;
    return asked(open.request, key) !== asked(request, key);
  });
  if (other === undefined) return;
  throw recoveryErrors.other_request({ id: open.id, option: `--${other}`, command: executeCommand(open) });
}

/**
 * A name that an incident bears which came to something is not given again: its file would be lost, and what it has left
 * in the database would be taken for the new one's.
 *
 * @throws recovery.incident_ended
 */
export async function assertUnused(reports: string, id: string): Promise<void> {
  const earlier = await readIncident(incidentsDirectory(reports), id);
  const outcome = earlier?.state.outcome;
  if (outcome === "recovered" || outcome === "needs_person") throw recoveryErrors.incident_ended({ id, outcome });
}
