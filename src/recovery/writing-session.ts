import { connect } from "../postgres/connect.ts";
import type { Session, Target } from "../postgres/types.ts";

/**
 * A session that may write although new sessions of this database are READ ONLY while it is being recovered.
 *
 * @param applicationName how `pg_stat_activity` shows it, so that a person sees what is at work
 */
export async function openWritingSession(target: Target, applicationName: string): Promise<Session> {
  return await connect(target, { readOnly: false, insist: true, applicationName });
}
