import { readFile } from "node:fs/promises";
import { connect } from "../postgres/connect.ts";
import type { Session, Target } from "../postgres/types.ts";

const still = await readFile(new URL("../../sql/restore/still-logins.sql", import.meta.url), "utf8");
const wake = await readFile(new URL("../../sql/restore/wake-logins.sql", import.meta.url), "utf8");

/** The first server that knows event triggers at login. */
const knowsLogins = 170_000;

/**
 * No event trigger of this database fires at a login any more, though each stays as it was defined: whoever examines a
 * copy would otherwise change its rows by coming in, or be refused. Needs a superuser.
 */
export async function stillLogins(session: Session): Promise<void> {
  if (session.versionNum >= knowsLogins) await session.query(still);
}

/** They fire again: for a restored database that becomes production, once it has been examined. */
export async function wakeLogins(target: Target): Promise<void> {
  await using session = await connect(target, { readOnly: false, insist: true, applicationName: "ithaca restore" });
  if (session.versionNum >= knowsLogins) await session.query(wake);
}
