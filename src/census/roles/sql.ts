import { censusSql } from "../sql.ts";

/** The text of `sql/census/roles/<name>.sql`. */
export function rolesSql(name: string): string {
  return censusSql(`roles/${name}`);
}
