import { z } from "zod";
import { quoteLiteral } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { recoverySql } from "../sql.ts";

const slotsSql = recoverySql("full/logical-slots");
const slotRows = z.array(z.object({ name: z.string() }));

/** Names of the logical replication slots that belong to the database of this session. Reads only. */
export async function readSlots(session: Session): Promise<string[]> {
  return slotRows.parse(await session.query(slotsSql)).map(({ name }) => name);
}

/**
 * What the preview warns of where two databases change places: a slot stays with its own.
 *
 * @param before the name that the old database gets
 */
export function slotHazards(slots: readonly string[], before: string): string[] {
  return slots.map(
    (slot) =>
      `Logical replication slot ${slot} stays with ${before}: its reader is cut off, and what nobody reads keeps WAL until the disk is full.`,
  );
}

/** What a person has to do about each slot that stayed with the old database. */
export function slotSteps(slots: readonly string[], before: string): string[] {
  return slots.map(
    (slot) =>
      `Logical replication slot ${slot} belongs to ${before} and keeps WAL until the disk is full: drop it (SELECT pg_drop_replication_slot(${quoteLiteral(slot)});), make it anew in the database of now, and let its reader begin from there.`,
  );
}
