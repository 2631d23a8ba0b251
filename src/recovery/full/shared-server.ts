import { IthacaError } from "../../base/errors.ts";
import { connect } from "../../postgres/connect.ts";
import type { Session } from "../../postgres/types.ts";
import { onSameServer } from "../identity.ts";
import type { FullRecovery } from "./types.ts";

/**
 * Whether a new database may be on production's own server, so that its roles may be production's. Where nobody can tell,
 * because production does not answer or its backups are taken of a standby, it may be.
 */
export async function mayShareServer({ target, source }: Pick<FullRecovery, "target" | "source">): Promise<boolean> {
  if (source === null) return true;
  let reading: Session;
  try {
    reading = await connect(source, { readOnly: true });
  } catch (error) {
    if (error instanceof IthacaError && error.kind === "surroundings") return true;
    throw error;
  }
  await using production = reading;
  // A standby does not show its primary's locks.
  const [row] = await production.query<{ standby: boolean }>("SELECT pg_catalog.pg_is_in_recovery() AS standby");
  if (row?.standby !== false) return true;
  await using writing = await connect(target, { readOnly: true });
  return await onSameServer(writing, production);
}
