import { readInventory } from "../../../census/inventory.ts";
import { connect } from "../../../postgres/connect.ts";
import type { Session } from "../../../postgres/types.ts";
import { sqlstateOf } from "../../../restore/outcome.ts";
import type { TableLoss } from "../../types.ts";
import type { BackupAtHand, FullRecovery } from "../types.ts";
import { readGround } from "./ground.ts";
import { ourDifferences, outOfReach } from "./kept.ts";
import { whatWouldGo } from "./left-out.ts";

/** What a look at production says about a recovery in place. */
export interface Outlook {
  readonly definitions: string;
  readonly hazards: readonly string[];
  readonly obstacles: readonly string[];
  /** Rows that would go although a comparison by the backup's scope does not see them. */
  readonly losses: readonly TableLoss[];
}

/**
 * Looks whether triggers can be held back, who owns the database, and whether definitions differ. Reads only: a setting
 * of our own session is all that changes.
 */
export async function obstaclesInPlace(recovery: FullRecovery, backup: BackupAtHand): Promise<Outlook> {
  const { target, writable, variable } = recovery;
  // What the reading role may do, and what is its own, says nothing of the one that will do it.
  if (!writable) {
    const definitions = `The definitions of the application, where they differ from the backup: which do shows only with ${variable}.`;
    return { definitions, hazards: [], obstacles: [], losses: [] };
  }
  await using session = await connect(target, { readOnly: true, applicationName: "ithaca recovery" });
  const obstacles: string[] = [];
  try {
    await session.query("SET session_replication_role = replica");
  } catch (error) {
    if (sqlstateOf(error) === "") throw error;
    obstacles.push(`${target.user} may not hold triggers back (session_replication_role), so they would rewrite rows.`);
  }
  const [database] = await session.query<{ ours: boolean }>(
    "SELECT pg_has_role(datdba, 'USAGE') AS ours FROM pg_database WHERE datname = current_database()",
  );
  if (database?.ours !== true) {
    obstacles.push(`${target.user} does not own the database, so writers cannot be kept away.`);
  }
  obstacles.push(...(await loginTriggers(session)));
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const ground = await readGround(session);
  const { objects } = await readInventory(session, backup.scope);
  const differences = ourDifferences(backup.census, objects, ground, session.versionNum);
  const rebuild = ground.unvalidated || differences > 0;
  const going = await whatWouldGo(session, recovery, { backup, ground, rebuild });
  const theirs = outOfReach(backup.census, objects, ground, session.versionNum);
  await session.query("ROLLBACK");
  return {
    definitions: definitionsOf(differences, ground.unvalidated),
    hazards: ground.always.flatMap(({ name, ours }) =>
      ours ? [] : [`The trigger ${name} fires always and may rewrite rows; then all of it is taken back.`],
    ),
    obstacles: [
      ...obstacles,
      ...going.obstacles,
      ...theirs.map(
        ({ kind, name, owner }) =>
          `The ${kind.replaceAll("-", " ")} ${name} is other than in the backup and belongs to ${owner}, whom ${target.user} may not act as, so it can neither be dropped nor made anew: let ${owner} or a superuser give it to ${target.user} (ALTER … OWNER TO) or drop it, or recover into a new project.`,
      ),
    ],
    losses: going.losses,
  };
}

/**
 * Writers are kept away by new sessions that are read only and by locks: an event trigger that writes at each login, as
 * PostgreSQL 17 and newer know it, would then refuse everybody, and nobody could open the database again.
 */
async function loginTriggers(session: Session): Promise<string[]> {
  const triggers = await session.query<{ name: string }>(
    "SELECT quote_ident(evtname) AS name FROM pg_event_trigger WHERE evtevent = 'login' AND evtenabled <> 'D' ORDER BY 1",
  );
  return triggers.map(
    ({ name }) =>
      `The event trigger ${name} fires at each login, and could refuse everybody while writers are kept away: switch it off until the recovery has ended (ALTER EVENT TRIGGER ${name} DISABLE).`,
  );
}

function definitionsOf(differences: number, unvalidated: boolean): string {
  const why =
    differences > 0
      ? `since ${differences} differ from the backup: what was added since is gone`
      : unvalidated
        ? "since a rule (NOT VALID) has to be made after the older rows that break it"
        : null;
  return why === null
    ? "No definition: those of the application are as in the backup."
    : `The definitions of the application, all made anew, ${why}.`;
}
