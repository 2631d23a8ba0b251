import { readFileSync } from "node:fs";

/** The text of `sql/census/<name>.sql`. */
export function censusSql(name: string): string {
  return readFileSync(new URL(`../../sql/census/${name}.sql`, import.meta.url), "utf8");
}
