import type { Manifest } from "../backup/manifest.ts";
import type { Clock } from "../base/clock.ts";
import type { Progress } from "../base/progress.ts";
import { scratchDirectory } from "../base/scratch.ts";
import type { Census } from "../census/types.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import { findClient } from "../postgres/clients.ts";
import { connect } from "../postgres/connect.ts";
import type { Session, Target } from "../postgres/types.ts";
import { judge, namesInRules } from "./allow.ts";
import { type ArchiveEntry, describeEntry } from "./archive.ts";
import { checkArchiveFiles } from "./archive-files.ts";
import { blankValues, knownNames } from "./blank.ts";
import {
  applyDatabaseEntries,
  applyDatabaseOwner,
  applyValueSettings,
  type DatabaseEntries,
  readDatabaseEntries,
} from "./database-properties.ts";
import { type LedgerEntry, type RawError, toLedger } from "./ledger.ts";
import { type LoadedArchive, loadArchive, loadSample } from "./load-archive.ts";
import { dumpMajor, type OpenedArchive, openArchive } from "./open-archive.ts";
import { newOutcome, type Outcome } from "./outcome.ts";
import { inspectTarget } from "./prepare.ts";
import { applyRoles } from "./roles.ts";
import { type RolesFile, readRoles } from "./roles-file.ts";
import { type SampleOfRows, sampleStages } from "./sample-stages.ts";
import { type ServerFacts, selectEntries } from "./selection.ts";
import { applySettings, resetRoleSettings } from "./settings.ts";
import { onlySomeRoles } from "./some-roles.ts";
import { faultOfConnection } from "./surroundings.ts";
import { dropTemplateObjects } from "./template-objects.ts";
import type { RestoreResult } from "./types.ts";

export interface RestoreOptions {
  /** The backup's directory: `roles.sql` and `dump/`. */
  readonly directory: string;
  readonly manifest: Manifest;
  readonly census: Census;
  /** Superuser access to an empty database made from template0, which the caller has shown to be no production. */
  readonly target: Target;
  readonly database: DatabasePlan;
  /** pg_restore's parallel jobs; at least two are used. */
  readonly jobs: number;
  /** Whether the archive's rows may go from the disk once they are in the database; they stay unless told otherwise. */
  readonly consume?: boolean;
  /** Which rows and large objects are loaded; all of them unless told otherwise. */
  readonly sample?: SampleOfRows;
  /** On a server that others use: the roles that are made, unable to log in; every other is left as it is. All of them unless told otherwise. */
  readonly onlyRoles?: ReadonlySet<string>;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

type Opened = Exclude<OpenedArchive, { damaged: string }>;

/** Settings of roles and what else the archive says about the database: last of all, so that they disturb nothing. */
async function applyLast(
  session: Session,
  roles: RolesFile,
  properties: DatabaseEntries | null,
  self: string,
  outcome: Outcome,
): Promise<void> {
  const settings = roles.statements.filter((statement) => statement.kind === "setting");
  const named = roles.statements.filter((statement) => statement.kind === "create").map(({ role }) => role);
  await resetRoleSettings(session, named, outcome);
  await applySettings(session, settings, self, outcome);
  if (properties !== null) await applyDatabaseEntries(session, properties, self, outcome);
}

/** Names that may stay in messages: of everything in the archive and the census, and of every role. */
function namesOf(opened: Opened, roles: RolesFile, census: Census): Set<string> {
  const roleNames = roles.statements.flatMap((statement) => ("role" in statement ? [statement.role ?? ""] : []));
  const inventory = census.inventory.map((object) => object.name);
  return knownNames(opened.all, [...roleNames, ...inventory, ...namesInRules]);
}

async function loadInto(
  session: Session,
  options: RestoreOptions,
  opened: Opened,
  pgRestore: string,
  server: ServerFacts & { readonly self: string },
): Promise<RestoreResult> {
  const { directory, progress, signal, jobs, consume = false, onlyRoles } = options;
  await using scratch = await scratchDirectory("restore");
  const outcome = newOutcome();
  const all = await readRoles(directory);
  const roles = onlyRoles === undefined ? all : onlySomeRoles(all, onlyRoles);
  const properties = readDatabaseEntries(opened.all);
  await progress.step("Make the roles", async () => {
    await applyRoles(session, roles.statements, server.self, outcome);
    if (properties === null) return;
    await applyDatabaseOwner(session, properties, outcome);
    await applyValueSettings(session, properties, server.self, outcome);
  });
  const selection = selectEntries(opened.entries, server);
  const { sample } = options;
  const stages = sample === undefined ? null : { ...sampleStages(selection.load, sample), sample };
  const badFiles = await checkArchiveFiles(opened.dump, stages?.rows ?? selection.load);
  const unloadable = new Set(badFiles.filter((file) => !file.loadable).map((file) => file.entry.dumpId));
  const damages: RawError[] = badFiles.map(({ entry, message }) => ({ dumpId: entry.dumpId, message }));
  const loadable = (entry: ArchiveEntry) => !unloadable.has(entry.dumpId);
  const beforeEventTriggers = () => dropTemplateObjects(session, { ...options, entries: opened.all });
  const files = { dump: opened.dump, scratch: scratch.path };
  const context = { session, pgRestore, ...files, jobs, consume, beforeEventTriggers, progress, signal };
  const loaded: LoadedArchive =
    stages === null
      ? await loadArchive(context, { ...selection, load: selection.load.filter(loadable) }, damages)
      : await loadSample(context, { ...stages, rows: stages.rows.filter(loadable) }, selection, damages);
  await progress.step("Apply settings of roles and database", () =>
    applyLast(session, roles, properties, server.self, outcome),
  );
  const names = namesOf(opened, roles, options.census);
  const ledger: LedgerEntry[] = [
    ...[...roles.refused, ...(properties?.refused ?? [])].map((message) => ({ message, object: "roles.sql" })),
    ...outcome.errors.map(({ object, message }) => ({ object, message: blankValues(message, names) })),
    ...badFiles.map(({ entry, message }) => ({ object: describeEntry(entry), message })),
    ...toLedger(loaded.errors, opened.all, names),
  ];
  return {
    errors: judge(ledger, options.database.exceptions, options.clock.now()),
    skipped: [...selection.skipped, ...outcome.skipped],
    phases: loaded.phases,
  };
}

/**
 * Restores a backup into an empty throwaway database and keeps every error in a ledger: nothing in the archive makes it
 * throw, a damaged archive included, because what is wrong with the backup is for the proof to say.
 *
 * Order: roles, settings of the database that decide what is computed, definitions and rows, what builds on the rows,
 * event triggers, the other settings of roles and database. Never restored: passwords, subscriptions, extensions that
 * would act on their own. Nothing of the archive is run by us: pg_restore sends its SQL to the throwaway server, and
 * roles.sql is read, checked and written anew.
 *
 * @throws restore.not_empty (exit 2) where the database is not empty, restore.disk_full, .out_of_memory,
 * .connection_lost, .not_superuser, .client_missing, postgres.client_missing, .client_too_old (exit 3), the signal's reason where it stopped us
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreResult> {
  const { directory, manifest, target, signal } = options;
  signal.throwIfAborted();
  const { path: pgRestore } = await findClient("pg_restore", dumpMajor(manifest));
  await using session = await connect(target, { readOnly: false, applicationName: "ithaca restore" });
  const server = await inspectTarget(session);
  const opened = await openArchive(directory, manifest, pgRestore, signal);
  if ("damaged" in opened) {
    const damage = { object: "toc.dat", message: `the archive's table of contents is damaged: ${opened.damaged}` };
    return { errors: judge([damage], options.database.exceptions, options.clock.now()), skipped: [], phases: [] };
  }
  try {
    return await loadInto(session, options, opened, pgRestore, server);
  } catch (error) {
    signal.throwIfAborted();
    throw faultOfConnection(error, target) ?? error;
  }
}
