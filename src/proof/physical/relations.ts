import type { Session } from "../../postgres/types.ts";
import { proofSql } from "../sql.ts";

/** A heap or an index, as sql/proof/physical-relations.sql lists it. */
export interface PhysicalRelation {
  readonly oid: number;
  /** The table's name; of a TOAST table, whose values it holds. */
  readonly table: string;
  /** null where it is the heap itself. */
  readonly index: string | null;
  readonly index_oid: number | null;
  /** Its access method, such as `heap` or `btree`. */
  readonly method: string;
  readonly bytes: number;
}

/** Lists heaps and valid indexes, the largest first. */
export async function listPhysical(session: Session, withCatalogs: boolean): Promise<PhysicalRelation[]> {
  const sql = await proofSql("physical-relations.sql");
  return session.query<PhysicalRelation & Record<string, unknown>>(sql, [withCatalogs]);
}
