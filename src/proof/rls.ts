import type { Session } from "../postgres/types.ts";
import { parseQualified } from "./names.ts";
import { proofSql } from "./sql.ts";
import type { Finding } from "./types.ts";

/** Findings for each of the tables on which row level security is not on, or which does not exist. */
export async function rlsFindings(session: Session, tables: readonly string[]): Promise<Finding[]> {
  const rows = await session.query<{ enabled: boolean | null }>(await proofSql("rls-enabled.sql"), [
    JSON.stringify(tables.map(parseQualified)),
  ]);
  return tables.flatMap((object, index) => {
    const enabled = rows[index]?.enabled ?? null;
    if (enabled === true) return [];
    const actual = enabled === null ? "the table is missing" : "off";
    return [{ object, attribute: "row level security", expected: "on", actual }];
  });
}
