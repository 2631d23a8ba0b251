import { join, resolve } from "node:path";
import { scratchDirectory } from "../base/scratch.ts";
import { parseQualifiedName } from "../postgres/quote.ts";
import { aboutSafetyBackup } from "../recovery/safety-backup.ts";
import { parseDecisions, parseKeepNewer } from "../recovery/table/decisions.ts";
import { tableMethod } from "../recovery/table/method.ts";
import { tablesToStage } from "../recovery/table/staging/tables-to-stage.ts";
import { type TableMode, tableModes } from "../recovery/table/types.ts";
import { prepareUndoFolder } from "../recovery/table/undo.ts";
import type { RecoveryMethod } from "../recovery/types.ts";
import type { UseCaseContext } from "./context.ts";
import { type RecoverOptions, type RecoveryResult, type RecoverySite, recover } from "./recover.ts";
import { safetyBackups } from "./safety-backups.ts";
import { requireTableAndCredential } from "./table-credential.ts";
import { type Staging, sourceOf, type TableSourceOptions } from "./table-source.ts";
import { chosenForOne } from "./unfinished.ts";

export { type TableMode, tableModes };

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

async function tableRecovery(
  site: RecoverySite,
  options: RecoverTableOptions,
  staging: Staging,
): Promise<RecoveryMethod> {
  const { context, target, source } = site;
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
    backup = "latest",
    archive,
    map = [],
    leave = [],
    retype = [],
  } = options;
  const decided = {
    keepNewer: parseKeepNewer(keepNewer, mode),
    decisions: parseDecisions({ map, leave, retype }),
  };
  await requireTableAndCredential(site, table);
  const known = await safetyBackups(site.reports, site.subject.name);
  const named = site.open !== null || !chosenForOne.has(backup);
  const undoDirectory = resolve(context.workingDirectory, options.undoDirectory ?? join(".ithaca", "undo"));
  if (options.execute === true) await prepareUndoFolder(undoDirectory);
  return tableMethod({
    about: ({ backup: chosen }) => aboutSafetyBackup(known, archive === undefined ? (chosen?.id ?? "") : "", named),
    production: target,
    table,
    mode,
    withDependants,
    withParents,
    ...decided,
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
  return await recover(context, options, { kind: "table", needsVault: true, build });
}
