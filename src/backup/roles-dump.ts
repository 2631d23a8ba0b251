import { readFile } from "node:fs/promises";
import type { Client } from "./client.ts";
import { firstError } from "./dump-errors.ts";
import { backupErrors } from "./errors.ts";

/**
 * Writes the roles that a restore needs, their settings and memberships, as SQL. Without password hashes: none of them
 * leaves the server, and a role that may not read pg_authid can take the backup.
 *
 * @param database any database that the role may enter
 * @param file where to
 */
export async function dumpRoles(pgDumpall: Client, database: string, file: string, signal: AbortSignal): Promise<void> {
  const { exitCode, stderr } = await pgDumpall.run(
    [
      "--roles-only",
      "--no-role-passwords",
      "--no-password",
      // It would look into `postgres` or `template1`, which the role may not enter.
      `--database=${database}`,
      `--file=${file}`,
    ],
    signal,
    // VALID UNTIL is written in the date style of the database, in which another server may not read it.
    { PGDATESTYLE: "ISO" },
  );
  if (exitCode !== 0) {
    if (/No space left on device/i.test(stderr)) throw backupErrors.disk_full({ where: file });
    throw backupErrors.roles_failed({ why: firstError(stderr) });
  }
  if (holdsPasswords(await readFile(file, "utf8"))) throw backupErrors.roles_with_passwords({});
}

/** True where a statement about a role sets a password. */
export function holdsPasswords(sql: string): boolean {
  return /^(CREATE|ALTER) ROLE\b.*\bPASSWORD\s+'/m.test(sql);
}
