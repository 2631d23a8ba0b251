import { join } from "node:path";
import { run } from "../base/child-process.ts";
import { fileSize, inTurns } from "../base/small-files.ts";
import { type Relation, rowsInScope } from "../census/relations.ts";
import type { Scope, TableCensus } from "../census/types.ts";
import { clientFor } from "./client.ts";
import { firstError } from "./dump-errors.ts";
import { backupErrors } from "./errors.ts";

/** A dump and what it must hold. */
export interface DumpContents {
  readonly directory: string;
  readonly serverVersionNum: number;
  readonly database: string;
  readonly scope: Scope;
  readonly relations: readonly Relation[];
  readonly tables: Readonly<Record<string, TableCensus>>;
}

/** The rows of one table in an archive. */
interface TableData {
  readonly dumpId: string;
  readonly oid: number;
}

/** `3599; 0 16684 TABLE DATA public orders owner`: names may hold anything, so tables are known by their OIDs. */
const entryLine = /^(\d+); (\d+) (\d+) (.*)$/s;

/** Reads a list of `pg_restore -l`: how many entries it has, and which tables' rows. */
export function parseEntries(list: string): { entries: number; tableData: TableData[] } {
  const entries = list.split("\n").flatMap((line) => {
    const match = entryLine.exec(line);
    return match === null ? [] : [match];
  });
  const tableData = entries.flatMap(([, dumpId, , oid, rest]) =>
    dumpId !== undefined && rest?.startsWith("TABLE DATA ") ? [{ dumpId, oid: Number(oid) }] : [],
  );
  return { entries: entries.length, tableData };
}

/** The tables of which a dump holds rows: plain ones and partitions; of extensions only what they marked. */
function tablesWithData({ relations, scope }: DumpContents): Relation[] {
  const inScope = rowsInScope(scope);
  return relations.filter((r) => r.kind === "r" && inScope(r) && (r.extension === null || r.configuration !== null));
}

/** What an empty table's file holds: the end-of-data mark of COPY and line ends. */
const emptyFileBytes = 5;

/**
 * Makes sure that a dump is one: `pg_restore` can list it, it is not empty, and each table that has rows in scope has
 * its file, which is not empty where the census counted rows.
 *
 * @throws backup.dump_unreadable, backup.dump_empty, backup.dump_incomplete
 */
export async function checkDump(dump: DumpContents): Promise<void> {
  const { path } = await clientFor("pg_restore", dump.serverVersionNum);
  const { exitCode, stdout, stderr } = await run(path, ["--list", dump.directory]);
  if (exitCode !== 0) throw backupErrors.dump_unreadable({ why: firstError(stderr) });
  const { entries, tableData } = parseEntries(stdout);
  if (entries === 0) throw backupErrors.dump_empty({ database: dump.database });
  const dumpIds = new Map(tableData.map(({ oid, dumpId }) => [oid, dumpId]));
  const isMissing = ({ oid, root, qualified }: Relation) => {
    const dumpId = dumpIds.get(oid);
    const bytes = dumpId === undefined ? null : fileSize(join(dump.directory, `${dumpId}.dat`));
    const expectsRows = root === oid && (dump.tables[qualified]?.rows ?? 0) > 0;
    return bytes === null || (expectsRows && bytes <= emptyFileBytes);
  };
  const looked = await inTurns(tablesWithData(dump), (relation) => (isMissing(relation) ? [relation.qualified] : []));
  const missing = looked.flat();
  if (missing.length > 0) throw backupErrors.dump_incomplete({ names: missing });
}
