import { readFileSync } from "node:fs";

/** The text of a statement in `sql/postgres/`. Read when this room is loaded, so that a missing file shows at once. */
export function sqlFile(name: string): string {
  return readFileSync(new URL(`../../sql/postgres/${name}.sql`, import.meta.url), "utf8");
}
