import { join, resolve } from "node:path";
import type { QualifiedName } from "../postgres/quote.ts";
import { parseTarget } from "../postgres/target.ts";
import type { Target } from "../postgres/types.ts";
import type { TableSource } from "../recovery/table/method.ts";
import { fetchTables, openTablesOf, type PartialBackup } from "../recovery/table/staging/fetch-tables.ts";
import { stageTables } from "../recovery/table/staging/stage-tables.ts";
import { selectEntry } from "../vault/select.ts";
import { openVault } from "../vault/vault.ts";
import type { UseCaseContext } from "./context.ts";
import { operationErrors } from "./errors.ts";
import { readInstant } from "./instant.ts";
import { recordedDigestOf } from "./recorded-digest.ts";
import type { Subject } from "./subject.ts";
import { openThrowaway } from "./throwaway.ts";

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

/** Where a table's rows are brought to, and what must go when all is done. */
export interface Staging {
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
  const recorded = recordedDigestOf(context, subject);
  if (archive !== undefined) {
    return await progress.step("Read the table's files", () =>
      openTablesOf(resolve(context.workingDirectory, archive), tables, recorded),
    );
  }
  const vault = openVault({ ...context.environment });
  const { entries, remarks } = await progress.step("Find the backup", () => vault.list(subject.name, { signal }));
  for (const remark of remarks) progress.warn(remark);
  const entry = selectEntry(entries, backup, { now: clock.now(), random: Math.random, database: subject.name });
  return await progress.step(`Fetch the table's files of ${entry.id}`, (note) =>
    fetchTables(vault, entry, join(scratch, "backup"), tables, recorded, { note, signal, warn: progress.warn }),
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
  const instant = at === undefined ? context.clock.now() : readInstant("--at", at);
  return {
    target: parseTarget(url, variable),
    restorePoint: { backup: null, at: instant.toISOString() },
    name: `the database of ${variable}`,
    read: [],
  };
}

/** The table's rows in a database that can be asked: restored from a backup's own files, or there already. */
export function sourceOf(
  staging: Staging,
  options: TableSourceOptions,
  tables: readonly QualifiedName[],
): Promise<TableSource> {
  const { from, at } = options;
  if (from !== undefined) return Promise.resolve(databaseSource(staging, from, at));
  return stage(staging, options, tables);
}
