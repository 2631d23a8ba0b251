import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { recoveryErrors } from "./errors.ts";
import { outcomes, steps } from "./machine.ts";
import type { Incident } from "./types.ts";

/*
 * The incident file: `reports/incidents/<id>.json`, written whole at every step. With it, or with the marker in the
 * database, which holds the same, a fresh runner knows where a recovery stands. It holds names and counts, never rows.
 */

const instant = z.iso.datetime();
const backup = z.object({ id: z.string(), taken_at: instant, digest: z.string() });
/** What became of one table, as it stands in the file. */
export const lossSchema = z.object({
  table: z.string(),
  rows_now: z.number().nullable(),
  rows_then: z.number().nullable(),
  younger: z.number().nullable(),
  gone: z.number().exactOptional(),
});
const notCovered = z.object({ what: z.string(), why: z.string() });

const preview = z.object({
  summary: z.string(),
  overwrites: z.array(z.string()),
  keeps: z.array(z.string()),
  losses: z.array(lossSchema),
  timestamps: z.array(z.object({ what: z.string(), now: z.string().nullable(), restored: z.string().nullable() })),
  estimate: z.object({
    phases: z.array(z.object({ name: z.string(), seconds: z.number() })),
    seconds: z.number().nullable(),
    basis: z.string(),
  }),
  hazards: z.array(z.string()),
  obstacles: z.array(z.string()),
  details: z.array(z.object({ title: z.string(), lines: z.array(z.string()) })),
});

/** One check, as it stands in the file. */
export const verifiedSchema = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(["passed", "failed", "not_run"]),
  expected: z.string(),
  actual: z.string(),
  reason: z.string(),
});

const ratesSchema = z.object({
  seconds: z.number(),
  commits_per_s: z.number().nullable(),
  rollbacks_per_s: z.number().nullable(),
  deadlocks: z.number().nullable(),
  api_healthy: z.boolean().nullable(),
  errors_by_severity: z.record(z.string(), z.number()).nullable(),
});

const watchSchema = z.object({
  verdict: z.enum(["quiet", "regressed", "not_watched"]),
  before: ratesSchema.nullable(),
  after: ratesSchema.nullable(),
  findings: z.array(z.string()),
});

const incidentSchema = z.object({
  format: z.literal(1),
  id: z.string(),
  database: z.string(),
  kind: z.enum(["full", "point-in-time", "table"]),
  mode: z.string(),
  reason: z.string(),
  incident_at: instant.nullable(),
  started_at: instant,
  updated_at: instant,
  actor: z.string(),
  request: z.record(z.string(), z.json()),
  state: z.object({ step: z.enum([...steps, "ended"]), outcome: z.enum(outcomes).nullable() }),
  restore_point: z.object({ backup: backup.nullable(), at: instant }).nullable(),
  preview: preview.nullable(),
  safety_backups: z.array(backup),
  no_safety_backup: z.string().nullable(),
  notes: z.record(z.string(), z.json()),
  verification: z
    .object({ checks: z.array(verifiedSchema), losses: z.array(lossSchema), not_covered: z.array(notCovered) })
    .nullable(),
  told: z.array(z.string()),
  rates_before: ratesSchema.nullable(),
  watch: watchSchema.nullable(),
  remarks: z.array(z.string()),
  log: z.array(
    z.object({ at: instant, step: z.string(), event: z.string(), says: z.string(), seconds: z.number().nullable() }),
  ),
  next_steps: z.array(z.string()),
}) satisfies z.ZodType<Incident>;

const idShape = /^[a-z0-9][a-z0-9-]{2,79}$/i;

/** `2026-11-22-shop-4f1c2a9b`: the day, the database, and a random part. */
export function newIncidentId(database: string, now: Date): string {
  return `${now.toISOString().slice(0, 10)}-${database}-${randomBytes(4).toString("hex")}`;
}

/** @throws recovery.bad_incident_id */
export function assertIncidentId(id: string): void {
  if (!idShape.test(id)) throw recoveryErrors.bad_incident_id({ id });
}

/** Where incident files are, below the reports' folder. */
export function incidentsDirectory(reports: string): string {
  return join(reports, "incidents");
}

/** Writes a file whole or not at all, over an older one: what is read back after a crash is one of the two. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await using file = await open(temporary, "wx");
    await file.writeFile(text);
    await file.sync();
    await rename(temporary, path);
  } catch (error) {
    // On a disk that is full half a file would stay, and be published with the reports.
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Writes the incident file. @throws recovery.not_written */
export async function writeIncident(directory: string, incident: Incident): Promise<string> {
  const path = join(directory, `${incident.id}.json`);
  const checked = incidentSchema.parse(incident);
  try {
    await mkdir(directory, { recursive: true });
    await writeWhole(path, `${redact(JSON.stringify(checked, null, 2))}\n`);
  } catch (cause) {
    throw recoveryErrors.not_written({ directory, why: messageOf(cause) }, { cause });
  }
  return path;
}

/** Reads an incident's text, from a file or from a marker. @throws recovery.damaged_incident */
export function parseIncident(text: string, path: string): Incident {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw recoveryErrors.damaged_incident({ path, why: "it is not JSON" }, { cause });
  }
  const parsed = incidentSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw recoveryErrors.damaged_incident({ path, why: `${issue?.path.join(".")}: ${issue?.message}` });
}

/** Reads one incident; null where there is no such file. */
export async function readIncident(directory: string, id: string): Promise<Incident | null> {
  assertIncidentId(id);
  const path = join(directory, `${id}.json`);
  try {
    return parseIncident(await readFile(path, "utf8"), path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** All incidents of a database, the newest first. */
export async function listIncidents(directory: string, database: string): Promise<Incident[]> {
  const names = await readdir(directory).catch(() => []);
  const ids = names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
  const incidents = await Promise.all(ids.filter((id) => idShape.test(id)).map((id) => readIncident(directory, id)));
  return incidents
    .filter((incident): incident is Incident => incident?.database === database)
    .sort((a, b) => b.started_at.localeCompare(a.started_at));
}

/** A recovery that has begun and not ended. */
export function isOpen(incident: Incident): boolean {
  return incident.state.step !== "ended";
}
