import { readFileSync } from "node:fs";

/** The text of `sql/recovery/table/<name>.sql`. */
export function tableSql(name: string): string {
  return readFileSync(new URL(`../../../sql/recovery/table/${name}.sql`, import.meta.url), "utf8");
}
