import { z } from "zod";
import type { Session } from "../../postgres/types.ts";
import { recoverySql } from "../sql.ts";
import type { Verified } from "../types.ts";

const identitySql = recoverySql("point-in-time/server-identity");
const identityRow = z.object({
  identifier: z.string(),
  timeline: z
    .string()
    .regex(/^[0-9A-F]{8}$/)
    .nullable(),
});

export interface ServerIdentity {
  readonly identifier: string;
  /** The timeline on which it writes; null on a standby. */
  readonly timeline: number | null;
}

export async function readIdentity(session: Session): Promise<ServerIdentity> {
  const [row] = await session.query(identitySql);
  const { identifier, timeline } = identityRow.parse(row);
  return { identifier, timeline: timeline === null ? null : Number.parseInt(timeline, 16) };
}

/** Whether a copy comes from this production server: the repository could be another's. */
export function sameOrigin(copy: ServerIdentity, production: ServerIdentity | null): Verified {
  const id = "point.origin";
  const title = "The copy comes from this production server";
  const expected = production === null ? "production's identity" : production.identifier;
  if (production === null) {
    const reason = "production could not be asked who it is";
    return { id, title, status: "not_run", expected, actual: copy.identifier, reason };
  }
  const status = copy.identifier === production.identifier ? "passed" : "failed";
  return { id, title, status, expected, actual: copy.identifier, reason: "" };
}
