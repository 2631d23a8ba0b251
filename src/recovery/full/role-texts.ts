import type { RolesOnServer } from "./server-roles.ts";

/** The most that a sentence lists before it counts the rest. */
const shown = 8;

function list(items: readonly string[]): string {
  const more = items.length > shown ? ` and ${items.length - shown} more` : "";
  return `${items.slice(0, shown).join(", ")}${more}`;
}

export const rolesStay = "Roles that the server has stay as they are: attributes, passwords, memberships and settings.";

/** What the preview warns of. */
export function roleHazards({ missing, differing }: Pick<RolesOnServer, "missing" | "differing">): string[] {
  return [
    ...(missing.length === 0
      ? []
      : [
          `Roles of the backup that the server lacks are made, without passwords, and may log in only at the end: ${list(missing)}.`,
        ]),
    ...(differing.length === 0
      ? []
      : [
          `Of the server's roles this is not as in the backup, and is left so: ${list(differing)}. Where it changes what a role may see, the recovery is refused by its proof: change it yourself before, if it should be as in the backup.`,
        ]),
  ];
}

/** What a person has to do when it is done. */
export function roleSteps({ made, differing }: { made: readonly string[]; differing: readonly string[] }): string[] {
  return [
    ...(made.length === 0 ? [] : [`Set passwords of the roles that were made: ${list(made)}.`]),
    ...(differing.length === 0
      ? []
      : [
          `Decide about roles that were not as in the backup and were left as they are (ALTER ROLE, GRANT, REVOKE): ${list(differing)}.`,
        ]),
  ];
}

/** What is said of roles that could not be dropped again. */
export function rolesLeft(left: readonly string[]): string {
  return left.length === 0
    ? ""
    : ` Roles that were made for it are still there, unable to log in: ${list(left)}. Drop them too before you start over, or the next recovery leaves them so.`;
}
