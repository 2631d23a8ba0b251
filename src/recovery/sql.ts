import { readFileSync } from "node:fs";

/** The text of a statement in `sql/recovery/`. Read when this room is loaded, so that a missing file shows at once. */
export function recoverySql(name: string): string {
  return readFileSync(new URL(`../../sql/recovery/${name}.sql`, import.meta.url), "utf8");
}
