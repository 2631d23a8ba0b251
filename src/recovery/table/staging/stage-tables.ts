import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { scopeOf } from "../../../backup/manifest.ts";
import { scratchDirectory } from "../../../base/scratch.ts";
import { readCensusFile } from "../../../census/census-file.ts";
import { hashTables } from "../../../census/hash-tables.ts";
import { listRelations } from "../../../census/relations.ts";
import { listTables } from "../../../census/table-list.ts";
import { findClient } from "../../../postgres/clients.ts";
import { connect } from "../../../postgres/connect.ts";
import type { QualifiedName } from "../../../postgres/quote.ts";
import type { Session, Target } from "../../../postgres/types.ts";
import { canonical, lookUp } from "../../../proof/names.ts";
import type { ArchiveEntry } from "../../../restore/archive.ts";
import { checkArchiveFiles } from "../../../restore/archive-files.ts";
import { applyValueSettings, readDatabaseEntries } from "../../../restore/database-properties.ts";
import { dumpMajor, openArchive } from "../../../restore/open-archive.ts";
import { newOutcome } from "../../../restore/outcome.ts";
import { load } from "../../../restore/pg-restore.ts";
import { inspectTarget } from "../../../restore/prepare.ts";
import { applyRoles } from "../../../restore/roles.ts";
import { parseRolesFile } from "../../../restore/roles-file.ts";
import { selectEntries } from "../../../restore/selection.ts";
import { faultOfSurroundings } from "../../../restore/surroundings.ts";
import { renderList } from "../../../restore/toc.ts";
import { tableErrors } from "../errors.ts";
import { sqlName } from "../shape.ts";
import type { PartialBackup } from "./fetch-tables.ts";
import { dataEntries, stagedEntries } from "./wanted-entries.ts";

export interface StageOptions {
  readonly backup: PartialBackup;
  /** The tables to stage: the first must be in the backup, with its rows; of the others what is there. */
  readonly tables: readonly QualifiedName[];
  /** Superuser access to an empty throwaway database, which was shown not to be production. */
  readonly target: Target;
  readonly signal: AbortSignal;
}

const display = ({ schema, name }: QualifiedName) => `${schema}.${name}`;

/** The archive's entries and which of them hold the rows. @throws table.damaged_backup, table.incomplete_stage, table.not_in_backup */
async function openStaged({ backup, tables, signal }: StageOptions, pgRestore: string) {
  const { manifest, directory } = backup;
  const opened = await openArchive(directory, manifest, pgRestore, signal);
  if ("damaged" in opened) throw tableErrors.damaged_backup({ id: manifest.id, why: opened.damaged });
  const data = dataEntries(opened.entries, tables);
  const [main] = tables;
  if (main === undefined || dataEntries(opened.entries, [main]).length === 0) {
    throw tableErrors.not_in_backup({ table: main === undefined ? "" : display(main), backup: manifest.id });
  }
  const [bad] = await checkArchiveFiles(opened.dump, data);
  if (bad !== undefined) throw tableErrors.incomplete_stage({ table: bad.entry.tag, why: bad.message });
  return { dump: opened.dump, entries: opened.entries, properties: readDatabaseEntries(opened.all), data };
}

/** Rows and hashes of the staged tables against the census of the source. @throws table.incomplete_stage */
async function verifyStaged(session: Session, { backup, tables }: StageOptions, data: readonly ArchiveEntry[]) {
  const census = await readCensusFile(join(backup.directory, "census.json"));
  const wanted = new Set(tables.map(sqlName));
  const listed = await listTables(session, await listRelations(session), scopeOf(backup.manifest));
  const hashing = hashTables(
    listed.tables.filter(({ name, kind }) => kind !== "matview" && wanted.has(canonical(name))),
    { read: {}, countOnly: new Map() },
  );
  for (const task of hashing.tasks) await task(session);
  for (const task of hashing.recounts()) await task(session);
  const found = hashing.tables();
  for (const table of tables) {
    const [expected, actual] = [lookUp(census.tables, sqlName(table)), lookUp(found, sqlName(table))];
    const held = dataEntries(data, [table]).length > 0 || actual !== undefined;
    if (expected === undefined || !held) continue;
    const same = actual?.rows === expected.rows && (expected.hash === null || actual.hash === expected.hash);
    if (same) continue;
    const why = `${actual?.rows ?? 0} rows arrived, and the census of the source says ${expected.rows}${actual?.rows === expected.rows ? " of other content" : ""}`;
    throw tableErrors.incomplete_stage({ table: display(table), why });
  }
}

/**
 * Restores some tables of a backup beside: all definitions and the rows of these tables, without indexes, constraints,
 * triggers and policies. What came is compared with the census of the source, row by row. Errors of other objects do not
 * matter here; the proof of the backup is where they are told.
 *
 * @throws table.damaged_backup, table.incomplete_stage, table.not_in_backup, restore.not_empty, restore.not_superuser and faults of the surroundings
 */
export async function stageTables(options: StageOptions): Promise<void> {
  const { backup, target, signal } = options;
  const { path: pgRestore } = await findClient("pg_restore", dumpMajor(backup.manifest));
  await using session = await connect(target, { readOnly: false, applicationName: "ithaca staging" });
  await using scratch = await scratchDirectory("staging");
  const server = await inspectTarget(session);
  const { dump, entries, properties, data } = await openStaged(options, pgRestore);
  const roles = parseRolesFile(await readFile(join(backup.directory, "roles.sql"), "utf8"));
  await applyRoles(session, roles.statements, server.self, newOutcome());
  if (properties !== null) await applyValueSettings(session, properties, server.self, newOutcome());
  const selection = selectEntries(stagedEntries(entries, data), server);
  const file = join(scratch.path, "staged.list");
  await writeFile(file, renderList(selection.load));
  const result = await load({
    pgRestore,
    dump,
    list: file,
    jobs: 2,
    signal,
    target: session.target,
    versionNum: session.versionNum,
    sections: ["pre-data", "data"],
    withoutTablespaces: selection.withoutTablespaces,
  });
  const fault = faultOfSurroundings(
    result.errors.map(({ message }) => message),
    session.target,
  );
  if (fault !== null) throw fault;
  if (!result.ranToItsEnd) {
    throw tableErrors.damaged_backup({ id: backup.manifest.id, why: "pg_restore ended early" });
  }
  await verifyStaged(session, options, data);
}
