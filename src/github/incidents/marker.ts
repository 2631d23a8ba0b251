import { z } from "zod";

/*
 * What Ithaca writes into an issue for itself, as HTML comments that nobody sees: which fault it is about, and what has
 * been told of it. Names that come from a database cannot forge them: `src/report/escape.ts` takes `<!--` apart.
 */

/** The label that every issue of Ithaca carries. */
export const ithacaLabel = "ithaca";

/** The label that a person puts on an issue to say: I am on it. */
export const acknowledgedLabel = "acknowledged";

/** The label that tells whose database it is about. */
export const databaseLabel = (database: string): string => `database: ${database}`;

/** One fault of one database, such as `inner-odyssey/proof`. */
export interface FaultKey {
  readonly database: string;
  /** What is at fault: `backup`, `proof`, `missed:prove`, ... */
  readonly family: string;
}

/** The fault of the plan itself, which is about no database. */
export const ofThePlan: FaultKey = { database: "plan", family: "plan" };

/**
 * A schedule that did not run is looked into by day; that no backup has arrived is the watch's own incident. That of a plan
 * that could not be read is about no database, and whoever escalates has just read it; that of the escalation ends with the
 * run that would escalate it.
 */
const byDay = /^(missed:(?!backup$|watch$)|plan$|escalation$)/;

/** Whether others hear of a fault where nobody answers or resolves it in time. */
export function isEscalated({ family }: FaultKey): boolean {
  return !byDay.test(family);
}

const keyLine = /^<!-- ithaca:key=([a-z][a-z0-9-]{0,39})\/([a-z][a-z0-9:_-]{0,59}) -->\r?$/m;
const stateLine = /^<!-- ithaca:state=(\{[^>]*\}) -->\r?$/m;

/** The marker by which an issue is found again. */
export function keyMarker({ database, family }: FaultKey): string {
  return `<!-- ithaca:key=${database}/${family} -->`;
}

/** The fault that a body is about, or null where it is none of Ithaca's. */
export function readKey(body: string): FaultKey | null {
  const [, database, family] = keyLine.exec(body) ?? [];
  return database === undefined || family === undefined ? null : { database, family };
}

/** Whether two keys are of the same fault. */
export function sameFault(a: FaultKey, b: FaultKey): boolean {
  return a.database === b.database && a.family === b.family;
}

const stateSchema = z.object({
  /** How often the fault was seen. */
  count: z.int().min(1),
  /** When the newest run that saw it began; what began before is no evidence that it is gone. */
  at: z.iso.datetime(),
  /** When the newest backup was taken that it was seen on; null where it was on none. */
  backup_at: z.iso.datetime().nullable(),
  /** What was wrong, as a digest: when it changes, people hear at once. */
  signature: z.string(),
  /** When the last comment, or the issue itself, was written. */
  told_at: z.iso.datetime(),
  /** Sources that were taken in already: a job that is run again tells nothing twice. */
  sources: z.array(z.string()),
});

/** What an issue remembers. */
export type IncidentState = z.output<typeof stateSchema>;

/** The state as a hidden line; nothing within it can end the comment. */
export function stateMarker(state: IncidentState): string {
  return `<!-- ithaca:state=${JSON.stringify(state).replaceAll(">", "\\u003e")} -->`;
}

/** What an issue remembers, or null where nobody can tell any more. */
export function readState(body: string): IncidentState | null {
  const [, json] = stateLine.exec(body) ?? [];
  if (json === undefined) return null;
  try {
    const parsed = stateSchema.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
