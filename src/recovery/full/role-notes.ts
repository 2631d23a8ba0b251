import { z } from "zod";
import type { Session } from "../../postgres/types.ts";
import type { Notes, StepContext } from "../types.ts";
import { compareRoles, unclaimed } from "./server-roles.ts";
import type { BackupAtHand } from "./types.ts";

/** What a recovery on production's own server keeps of its roles. */
const roleNotes = z.object({
  /** Roles that it makes; noted before it does. */
  roles_made: z.array(z.string()).default([]),
  /** Of these the ones that may log in when all is verified. */
  roles_login: z.array(z.string()).default([]),
  /** What of existing roles is not as in the backup, as people read it. */
  roles_differing: z.array(z.string()).default([]),
});

/** The roles that are made, those of them that may log in at the end, and what of the others is not as in the backup. */
export function readRoleNotes(notes: Notes): { made: string[]; logins: string[]; differing: string[] } {
  const { roles_made, roles_login, roles_differing } = roleNotes.parse(notes);
  return { made: roles_made, logins: roles_login, differing: roles_differing };
}

/**
 * Notes which roles are about to be made: those that are missing, and those that a run which died has made already.
 *
 * @param session a superuser's, on the server
 */
export async function noteRoles(
  session: Session,
  backup: BackupAtHand,
  step: StepContext,
): Promise<ReadonlySet<string>> {
  const { missing, logins, differing } = await compareRoles(session, backup);
  const made = new Set([...(await unclaimed(session, readRoleNotes(step.notes).made)), ...missing]);
  await step.note({
    roles_made: [...made],
    roles_login: logins.filter((name) => made.has(name)),
    roles_differing: [...differing],
  });
  return made;
}
