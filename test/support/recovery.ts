import { join } from "node:path";
import { scopeOf } from "../../src/backup/manifest.ts";
import { systemClock } from "../../src/base/clock.ts";
import { silentProgress } from "../../src/base/progress.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { planSchema } from "../../src/plan/schema.ts";
import { quoteIdentifier } from "../../src/postgres/quote.ts";
import type { Target } from "../../src/postgres/types.ts";
import { beginIncident } from "../../src/recovery/begin-incident.ts";
import { driveRecovery } from "../../src/recovery/drive.ts";
import type { Driven, DriveOptions, RecoveryHooks } from "../../src/recovery/drive-options.ts";
import { openBeside } from "../../src/recovery/full/swap.ts";
import type { FullRecovery } from "../../src/recovery/full/types.ts";
import { newIncidentId, writeIncident } from "../../src/recovery/incident.ts";
import { holdRecoveryLock } from "../../src/recovery/lock.ts";
import type { Incident, RecoveryMethod } from "../../src/recovery/types.ts";
import { type TestBackup, testBackup } from "./backup.ts";

/** A recovery of a test's database from a real backup of it, without a vault. */
export function fullRecovery(
  target: Target,
  backup: TestBackup,
  written: Record<string, unknown> = {},
  parts: Partial<FullRecovery> = {},
): FullRecovery {
  const plan = planSchema.parse({ version: 1, databases: { test: written } });
  const database = plan.databases.test;
  if (database === undefined) throw new Error("the plan has no database");
  return {
    plan,
    planDirectory: "/nonexistent",
    database,
    name: "test",
    target,
    variable: "ITHACA_RECOVERY_URL",
    writable: true,
    source: target,
    backup: async () => ({
      ...backup,
      problems: [],
      scope: scopeOf(backup.manifest),
    }),
    safetyBackups: new Map(),
    named: true,
    teamChecks: [],
    recordedDigest: async () => backup.manifest.digest,
    estimate: { phases: [], seconds: null, basis: "a test" },
    request: { into: "side-by-side" },
    ...parts,
  };
}

/** An incident that has just begun. */
export function newIncident(method: Pick<RecoveryMethod, "kind" | "mode" | "request">, id?: string): Incident {
  const now = new Date();
  const known = { database: "test", reason: "a test", incident_at: null, actor: "nobody", method, now };
  return beginIncident({ ...known, id: id ?? newIncidentId("test", now) });
}

/** Surroundings that keep nothing: a safety backup is taken and thrown away, nobody is told, the watch sees nothing. */
export function testHooks(target: Target, more: Partial<RecoveryHooks> = {}): RecoveryHooks {
  return {
    async safetyBackup() {
      await using backup = await testBackup(target);
      const { id, taken_at, digest } = backup.manifest;
      return { id, taken_at, digest };
    },
    ratesBefore: async () => null,
    announce: async () => ["the team"],
    watch: async () => ({ verdict: "quiet", before: null, after: null, findings: [] }),
    record: async () => {},
    save: async () => {},
    ...more,
  };
}

/** Executes a recovery to its end under a real lock. */
export async function drive(
  target: Target,
  method: RecoveryMethod,
  incident: Incident = newIncident(method),
  hooks: RecoveryHooks = testHooks(target),
  signal: AbortSignal = new AbortController().signal,
  more: Partial<DriveOptions> = {},
): Promise<Driven> {
  await using lock = await holdRecoveryLock(target);
  const options = {
    method,
    target,
    incident,
    hooks,
    lock,
    execute: true,
    progress: silentProgress,
    clock: systemClock,
    signal,
    ...more,
  };
  return await driveRecovery(options);
}

/** Drops what recoveries beside a database have left there: the old ones, and the rejected ones. */
export async function dropBeside(target: Target): Promise<void> {
  await using admin = await openBeside(target);
  const rows = await admin.query<{ name: string }>(
    "SELECT datname AS name FROM pg_database WHERE datname LIKE $1 || '\\_%'",
    [target.database],
  );
  for (const { name } of rows) await admin.query(`DROP DATABASE ${quoteIdentifier(name)} WITH (FORCE)`);
}

/** A folder for incident files, and a `save` that writes them there. */
export async function incidentFolder(): Promise<AsyncDisposable & { path: string; save: RecoveryHooks["save"] }> {
  const scratch = await scratchDirectory("incidents");
  const path = join(scratch.path, "incidents");
  return {
    path,
    save: async (incident) => {
      await writeIncident(path, incident);
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}
