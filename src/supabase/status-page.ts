import { z } from "zod";
import { instant } from "./management/fields.ts";

/*
 * Supabase's status page (Statuspage v2). It says whether the provider itself is in trouble, and since when. Nothing
 * depends on it: where it cannot be read, nobody knows, and the rest goes on.
 */

const incidentSchema = z.object({
  name: z.string(),
  /** investigating, identified, monitoring, resolved, postmortem. */
  status: z.string(),
  /** none, minor, major, critical, maintenance. */
  impact: z.string(),
  created_at: instant,
  started_at: instant.nullish(),
  resolved_at: instant.nullish(),
  shortlink: z.string().nullish(),
});

const pageSchema = z.object({ incidents: z.array(incidentSchema) });

/** Trouble at the provider, by its own account. */
export interface Incident {
  readonly name: string;
  readonly impact: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  /** Null while it lasts. */
  readonly until: string | null;
  readonly url: string | null;
}

/** Seconds for one look. */
const timeLimit = 10;

/**
 * Reads the last 50 incidents, newest first, open and over.
 *
 * @param environment `SUPABASE_STATUS_URL`, or https://status.supabase.com
 * @returns null where the page cannot be read
 */
export async function readIncidents(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<readonly Incident[] | null> {
  const base = (environment.SUPABASE_STATUS_URL || "https://status.supabase.com").replace(/\/$/, "");
  try {
    const response = await fetch(`${base}/api/v2/incidents.json`, {
      headers: { accept: "application/json", "user-agent": "ithaca" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeLimit * 1000)]),
    });
    if (!response.ok) return null;
    const { incidents } = pageSchema.parse(await response.json());
    return incidents.map((one) => ({
      name: one.name,
      impact: one.impact,
      since: one.started_at ?? one.created_at,
      until: /^(resolved|postmortem)$/.test(one.status) ? (one.resolved_at ?? one.created_at) : null,
      url: one.shortlink ?? null,
    }));
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

/** What counts as an outage: planned maintenance and notes do not, and a minor incident is a nuisance. */
const grave: readonly string[] = ["major", "critical"];

/**
 * The outage that is going on, or null: of several the one that began first.
 */
export function currentOutage(incidents: readonly Incident[]): Incident | null {
  const open = incidents.filter(({ until, impact }) => until === null && grave.includes(impact));
  return open.sort((a, b) => a.since.localeCompare(b.since))[0] ?? null;
}

/** How long an outage has lasted, in seconds: the plan's scenario C asks whether it is more than an hour. */
export function outageSeconds(outage: Incident, now: Date): number {
  return Math.max(
    0,
    ((outage.until === null ? now.getTime() : Date.parse(outage.until)) - Date.parse(outage.since)) / 1000,
  );
}

/** Backups are written for a while, and incidents are told late: hours around an incident that still count as its time. */
const around = 2 * 3_600_000;

/** The incident, of whatever impact, in whose time something fell, or null. Planned maintenance is one too. */
export function incidentAt(incidents: readonly Incident[], at: string): Incident | null {
  const time = Date.parse(at);
  return (
    incidents.find(
      ({ since, until }) =>
        time >= Date.parse(since) - around && (until === null || time <= Date.parse(until) + around),
    ) ?? null
  );
}

/** One sentence without its full stop, for whoever reads why a backup failed. */
export function describeIncident({ name, impact, since, until }: Incident): string {
  const minute = (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
  const time = until === null ? `since ${minute(since)}` : `from ${minute(since)} to ${minute(until)}`;
  // Names are the provider's words, and whoever reads them needs one line only.
  return `Supabase reports a ${impact} incident ${time}: ${name.replaceAll(/\s+/g, " ").slice(0, 120)}`;
}
