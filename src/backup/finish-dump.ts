import { join } from "node:path";
import { together } from "../base/together.ts";
import type { Relation } from "../census/relations.ts";
import type { TableCensus } from "../census/types.ts";
import type { AttemptOrder } from "./attempt-order.ts";
import { prepareClient } from "./client.ts";
import { checkDump } from "./dump-check.ts";
import { type HashedFile, hashFiles, listFiles } from "./files.ts";
import { dumpRoles } from "./roles-dump.ts";

/**
 * Does what a dump still needs when its snapshot is released: it is looked through and hashed, and the roles are written
 * beside it. Takes one connection, of those that pg_dump had.
 *
 * @returns every file of the dump
 * @throws errors of the dump's check and of the roles' dump
 */
export async function finishDump(
  order: AttemptOrder,
  { relations, tables }: { relations: readonly Relation[]; tables: Readonly<Record<string, TableCensus>> },
  signal: AbortSignal,
): Promise<HashedFile[]> {
  const { target, exporter, directory, dumpDirectory, name, scope, progress } = order;
  const { versionNum } = exporter;
  const [files] = await together(
    signal,
    async (stop: AbortSignal) => {
      await checkDump({
        directory: dumpDirectory,
        serverVersionNum: versionNum,
        database: name,
        scope,
        relations,
        tables,
      });
      return await progress.step("Hash the dump", async () => {
        const paths = (await listFiles(dumpDirectory)).map(({ path }) => `dump/${path}`);
        return await hashFiles(directory, paths, stop);
      });
    },
    (stop: AbortSignal) =>
      progress.step("Write the roles", async () => {
        await using pgDumpall = await prepareClient("pg_dumpall", target, versionNum);
        await dumpRoles(pgDumpall, target.database, join(directory, "roles.sql"), stop);
      }),
  );
  return files;
}
