import type { CopySession } from "../../../postgres/copying.ts";
import type { ArchiveEntry } from "../../../restore/archive.ts";
import { recoverySql } from "../../sql.ts";
import { chooseDefinitions, chooseHangers } from "./choose.ts";
import { readGround } from "./ground.ts";
import { assertLocked } from "./hold.ts";
import { listDropped } from "./left-out.ts";
import { type ArchiveTools, execute, scriptOf } from "./load.ts";
import type { Survey } from "./survey.ts";

const stripSql = recoverySql("full/strip-default-grants");

/** What the definitions are made from. */
interface Source {
  readonly tools: ArchiveTools;
  readonly entries: readonly ArchiveEntry[];
}

/**
 * Drops what is ours, and makes tables and functions anew: what must be there before the rows.
 *
 * @throws full.would_be_lost where a table would go that came when the locks stood already
 */
export async function makeRoomAndTables(
  session: CopySession,
  { tools, entries }: Source,
  { ground, relations, room }: Survey,
  locked: ReadonlySet<string>,
): Promise<void> {
  const dropped = await listDropped(session, room);
  const tables = new Map(relations.filter(({ kind }) => "rp".includes(kind)).map((r) => [r.oid, r]));
  assertLocked(
    locked,
    dropped.flatMap(({ objid }) => tables.get(objid) ?? []),
  );
  for (const { sql } of dropped) {
    await execute(session, sql, `to make room (${sql.split(" ").slice(0, 3).join(" ")} …)`);
  }
  const { definitions } = chooseDefinitions(entries, ground);
  await execute(session, await scriptOf(tools, definitions, "pre-data"), "the definitions of tables and functions");
}

/** Makes what comes after the rows: indexes, constraints, policies and grants, and what hangs on the platform's tables. */
export async function makeTheRest(
  session: CopySession,
  { tools, entries }: Source,
  { ground, room, rebuild }: Survey,
): Promise<void> {
  if (rebuild) {
    const { definitions, grants } = chooseDefinitions(entries, ground);
    await execute(session, await scriptOf(tools, definitions, "post-data"), "the indexes, constraints and policies");
    for (const { sql } of await session.query<{ sql: string }>(stripSql, [[...room.schemas], [...room.stays]])) {
      await execute(session, sql, "to take default grants back");
    }
    await execute(session, await scriptOf(tools, grants, null), "the grants");
  }
  const hangers = chooseHangers(entries, await readGround(session));
  await execute(session, await scriptOf(tools, hangers, "post-data"), "triggers and policies on the platform's tables");
}
