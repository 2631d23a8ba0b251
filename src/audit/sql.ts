import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../../sql/audit/", import.meta.url);

/** The text of a statement in `sql/audit/`. Read when this room is loaded, so that a missing file shows at once. */
export function sqlFile(name: string): string {
  return readFileSync(new URL(`${name}.sql`, folder), "utf8");
}

/**
 * The migration that makes `backup_audit_log`, as one text. People apply it, as the owner of the database; no run of
 * Ithaca ever does. It can be applied again.
 */
export function migration(): string {
  const parts = readdirSync(new URL("migration/", folder)).sort();
  return parts.map((part) => readFileSync(new URL(`migration/${part}`, folder), "utf8")).join("\n");
}
