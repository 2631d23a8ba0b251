import { join, resolve } from "node:path";
import { scratchDirectory } from "../base/scratch.ts";
import { parseQualifiedName, type QualifiedName } from "../postgres/quote.ts";
import { parseTarget } from "../postgres/target.ts";
import type { Target } from "../postgres/types.ts";
import { recoveryErrors } from "../recovery/errors.ts";
import { parseDecisions, parseKeepNewer } from "../recovery/table/decisions.ts";
import { type TableSource, tableMethod } from "../recovery/table/method.ts";
import { exportCsv } from "../recovery/table/staging/export-csv.ts";
import { fetchTables, openTablesOf, type PartialBackup } from "../recovery/table/staging/fetch-tables.ts";
import { stageTables } from "../recovery/table/staging/stage-tables.ts";
import { tablesToStage } from "../recovery/table/staging/tables-to-stage.ts";
import { type TableMode, tableModes } from "../recovery/table/types.ts";
import type { RecoveryMethod } from "../recovery/types.ts";
import { selectEntry } from "../vault/select.ts";
import { openVault } from "../vault/vault.ts";
import type { UseCaseContext } from "./context.ts";
import { operationErrors } from "./errors.ts";
import { type RecoverOptions, type RecoveryResult, type RecoverySite, recover } from "./recover.ts";
import { loadSubject, type Subject, sourceTarget } from "./subject.ts";
import { openThrowaway } from "./throwaway.ts";

export { type TableMode, tableModes };

/** Where the rows come from. */
export interface TableSourceOptions {
  /** `latest`, `yesterday`, `random` or an id; the latest unless told otherwise. */
  readonly backup?: string;
  /** A backup directory that lies here already, instead of one from the vault. */
  readonly archive?: string;
  /** The environment variable with the URL of a database in which a backup or a point in time was restored. */
  readonly from?: string;
  /** The instant that this database stands at, ISO 8601. */
  readonly at?: string;
}

export interface RecoverTableOptions extends RecoverOptions, TableSourceOptions {
  /** Such as `public.children`. */
  readonly table: string;
  readonly mode: TableMode;
  readonly withDependants?: boolean;
  readonly withParents?: boolean;
  /** `column=time`: changed rows whose time there is later stay as they are. */
  readonly keepNewer?: string;
  /** `old=new`, for columns that were renamed since. */
  readonly map?: readonly string[];
  readonly leave?: readonly string[];
  readonly retype?: readonly string[];
  readonly skipConflicts?: boolean;
  /** Seconds that a lock is waited for, several times; 3 unless told otherwise. */
  readonly lockTimeout?: number;
  /** The folder for the undo file; `.ithaca/undo` unless told otherwise. */
  readonly undoDirectory?: string;
}

/** Where a table's rows are brought to, and what must go when all is done. */
interface Staging {
  readonly context: UseCaseContext;
  readonly subject: Subject;
  readonly scratch: string;
  readonly stack: AsyncDisposableStack;
  /** Where production is, so that a throwaway can be told from it; null where that is not known. */
  readonly production: Target | null;
}

/** The backup's files that these tables need: from the vault, or from a directory that lies here. */
async function bring(
  { context, subject, scratch }: Staging,
  { backup = "latest", archive }: TableSourceOptions,
  tables: readonly QualifiedName[],
): Promise<PartialBackup> {
  const { progress, signal, clock } = context;
  if (archive !== undefined) {
    return await progress.step("Read the table's files", () =>
      openTablesOf(resolve(context.workingDirectory, archive), tables),
    );
  }
  const vault = openVault({ ...context.environment });
  const { entries, remarks } = await progress.step("Find the backup", () => vault.list(subject.name, { signal }));
  for (const remark of remarks) progress.warn(remark);
  const entry = selectEntry(entries, backup, { now: clock.now(), random: Math.random, database: subject.name });
  return await progress.step(`Fetch the table's files of ${entry.id}`, (note) =>
    fetchTables(vault, entry, join(scratch, "backup"), tables, { note, signal, warn: progress.warn }),
  );
}

/** A table of a backup, restored into a throwaway beside. */
async function stage(
  staging: Staging,
  options: TableSourceOptions,
  tables: readonly QualifiedName[],
): Promise<TableSource> {
  const { context, subject, stack, production } = staging;
  const backup = await bring(staging, options, tables);
  const { manifest } = backup;
  if (manifest.database !== subject.name) {
    throw operationErrors.other_database({ path: backup.directory, found: manifest.database, wanted: subject.name });
  }
  return await context.progress.step("Restore the table beside", async () => {
    const { throwaway } = await openThrowaway(context, manifest, production);
    stack.use(throwaway);
    await stageTables({ backup, tables, target: throwaway.target, signal: context.signal });
    const { id, taken_at, digest } = manifest;
    return {
      target: throwaway.target,
      restorePoint: { backup: { id, taken_at, digest }, at: taken_at },
      name: `backup ${id}`,
      read: [
        `${backup.table_bytes} bytes of the table's own files and ${backup.metadata_bytes} bytes of the backup's metadata, of ${manifest.sizes.dump_bytes} bytes in all`,
      ],
    };
  });
}

/** A database in which somebody has restored a backup or a point in time. */
function databaseSource({ context }: Staging, variable: string, at: string | undefined): TableSource {
  const url = context.environment[variable];
  if (url === undefined || url === "") throw operationErrors.source_missing({ variable, database: "to recover from" });
  const instant = at === undefined ? context.clock.now() : new Date(at);
  if (Number.isNaN(instant.getTime())) throw operationErrors.bad_instant({ option: "--at", text: at ?? "" });
  return {
    target: parseTarget(url, variable),
    restorePoint: { backup: null, at: instant.toISOString() },
    name: `the database of ${variable}`,
    read: [],
  };
}

function sourceOf(
  staging: Staging,
  options: TableSourceOptions,
  tables: readonly QualifiedName[],
): Promise<TableSource> {
  const { from, at } = options;
  if (from !== undefined) return Promise.resolve(databaseSource(staging, from, at));
  return stage(staging, options, tables);
}

async function tableRecovery(
  site: RecoverySite,
  options: RecoverTableOptions,
  staging: Staging,
): Promise<RecoveryMethod> {
  const { context, target, subject, source } = site;
  const {
    table,
    mode,
    withDependants = false,
    withParents = false,
    keepNewer,
    skipConflicts = false,
    lockTimeout = 3,
    from,
    at,
  } = options;
  const variable = subject.database.recovery.url_secret;
  // Also a plan is carried out and rolled back: the credential that only reads must never do that.
  if ((context.environment[variable] ?? "") === "") throw recoveryErrors.no_writing_credential({ variable });
  const { backup = "latest", archive, map = [], leave = [], retype = [] } = options;
  const undoDirectory = resolve(context.workingDirectory, options.undoDirectory ?? join(".ithaca", "undo"));
  return tableMethod({
    production: target,
    table,
    mode,
    withDependants,
    withParents,
    keepNewer: parseKeepNewer(keepNewer, mode),
    decisions: parseDecisions({ map, leave, retype }),
    skipConflicts,
    lockSeconds: lockTimeout,
    undoDirectory,
    // In the words of the command line, since the preview shows the command that does it.
    request: {
      table,
      mode,
      "with-dependants": withDependants,
      "with-parents": withParents,
      ...(keepNewer === undefined ? {} : { "keep-newer": keepNewer }),
      "skip-conflicts": skipConflicts,
      ...(from !== undefined
        ? { from, ...(at === undefined ? {} : { at }) }
        : archive === undefined
          ? { backup }
          : { archive }),
      map: [...map],
      leave: [...leave],
      retype: [...retype],
      ...(options.lockTimeout === undefined ? {} : { "lock-timeout": options.lockTimeout }),
      ...(options.undoDirectory === undefined ? {} : { "undo-directory": options.undoDirectory }),
    },
    source: async () => {
      const tables = await tablesToStage(target, table, { withDependants, withParents });
      // The safety backup is the latest by now: an unfinished recovery goes on with what it began with.
      const wanted = site.open?.restore_point?.backup?.id ?? options.backup;
      const chosen = wanted === undefined ? options : { ...options, backup: wanted };
      return sourceOf({ ...staging, production: source ?? target }, chosen, tables);
    },
  });
}

/**
 * Brings rows of one table back: from a backup of which only that table's file is read, or from a database in which a
 * point in time was restored. Without `execute` it is done and rolled back.
 */
export async function recoverTable(context: UseCaseContext, options: RecoverTableOptions): Promise<RecoveryResult> {
  parseQualifiedName(options.table);
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchDirectory("table"));
  const build = (site: RecoverySite) =>
    tableRecovery(site, options, {
      context,
      subject: site.subject,
      scratch: scratch.path,
      stack,
      production: site.source,
    });
  return await recover(context, options, { kind: "table", build });
}

export interface ExportTableOptions extends TableSourceOptions {
  readonly plan: string;
  readonly database?: string;
  readonly table: string;
  /** The CSV file, which must not exist. */
  readonly file: string;
}

export interface ExportedTable {
  readonly table: string;
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Writes a table of a backup as CSV with a header. Production is not touched. */
export async function exportTable(context: UseCaseContext, options: ExportTableOptions): Promise<ExportedTable> {
  const name = parseQualifiedName(options.table);
  const subject = await loadSubject(context, options);
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchDirectory("table"));
  const production = sourceTarget(context, subject.database);
  const staging = { context, subject, scratch: scratch.path, stack, production };
  const source = await sourceOf(staging, options, [name]);
  const file = resolve(context.workingDirectory, options.file);
  const written = await context.progress.step(`Write ${options.file}`, () =>
    exportCsv(source.target, options.table, file),
  );
  return { table: options.table, file: options.file, ...written };
}
