import { readInventory } from "../../../census/inventory.ts";
import { listRelations, type Relation } from "../../../census/relations.ts";
import type { InventoryObject } from "../../../census/types.ts";
import type { Session } from "../../../postgres/types.ts";
import type { ArchiveEntry } from "../../../restore/archive.ts";
import { compareWithNow } from "../../losses.ts";
import type { TableLoss } from "../../types.ts";
import { fullErrors } from "../errors.ts";
import type { BackupAtHand, FullRecovery } from "../types.ts";
import { withMissingSchemas } from "./choose.ts";
import { type Ground, readGround } from "./ground.ts";
import { ourDifferences } from "./kept.ts";
import { type Room, roomOf, whatWouldGo } from "./left-out.ts";

/** Production as the transaction finds it, before anything of it is changed. */
export interface Survey {
  readonly before: readonly InventoryObject[];
  /** With the schemas that the archive will make. */
  readonly ground: Ground;
  readonly relations: readonly Relation[];
  readonly room: Room;
  /** Whether the definitions are made anew; otherwise they are as in the backup. */
  readonly rebuild: boolean;
  readonly losses: readonly TableLoss[];
}

/**
 * Looks at production within the transaction. The preview has asked the same; what came between it and this transaction
 * is caught here, before anything is dropped.
 *
 * @param nested the transaction's session
 * @throws full.would_be_lost
 */
export async function survey(
  nested: Session,
  recovery: FullRecovery,
  { backup, entries }: { readonly backup: BackupAtHand; readonly entries: readonly ArchiveEntry[] },
): Promise<Survey> {
  const { scope, census, manifest } = backup;
  const { losses: compared } = await compareWithNow(nested, {
    scope,
    database: recovery.database,
    restored: census,
    at: manifest.taken_at,
  });
  const before = (await readInventory(nested, scope)).objects;
  const ground = withMissingSchemas(entries, await readGround(nested));
  const rebuild = ground.unvalidated || ourDifferences(census, before, ground, nested.versionNum) > 0;
  const going = await whatWouldGo(nested, recovery, { backup, ground, rebuild });
  if (going.obstacles.length > 0) throw fullErrors.would_be_lost({ what: going.obstacles.join(" ") });
  const relations = await listRelations(nested);
  const room = roomOf(relations, scope, ground);
  return { before, ground, relations, room, rebuild, losses: [...compared, ...going.losses] };
}
