import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type RoleStatement, readRoleStatement } from "./role-statements.ts";
import type { Token } from "./sql-tokens.ts";
import { NotSql, splitStatements } from "./sql-tokens.ts";
import { UnexpectedStatement } from "./statement-reader.ts";

/** What a roles.sql holds, and what of it was refused. */
export interface RolesFile {
  readonly statements: readonly RoleStatement[];
  readonly refused: readonly string[];
}

/** pg_dumpall's last line: a file without it was cut off. */
const lastLine = "-- PostgreSQL database cluster dump complete";

/** The first two words of a refused statement, if they are plain SQL: enough to recognise it, never a value. */
function nameOf(tokens: readonly Token[]): string {
  const words = tokens.slice(0, 2).filter((token) => token.kind === "word" && /^[A-Z]{2,12}$/.test(token.value));
  return words.length > 0 ? words.map((token) => token.value).join(" ") : "an unknown statement";
}

/** Reads the output of `pg_dumpall --roles-only`. Nothing throws: what is not as pg_dumpall writes it is refused. */
export function parseRolesFile(sql: string): RolesFile {
  const statements: RoleStatement[] = [];
  const refused: string[] = [];
  if (!sql.includes(lastLine)) refused.push("roles.sql is cut off: its last line is missing");
  let parts: Token[][];
  try {
    parts = splitStatements(sql);
  } catch (error) {
    if (!(error instanceof NotSql)) throw error;
    return { statements, refused: [...refused, `roles.sql cannot be read: ${error.message}`] };
  }
  for (const tokens of parts) {
    try {
      statements.push(readRoleStatement(tokens));
    } catch (error) {
      if (!(error instanceof UnexpectedStatement)) throw error;
      refused.push(
        `roles.sql holds a statement that is not about roles (${nameOf(tokens)}), which was not carried out`,
      );
    }
  }
  return { statements, refused };
}

/** A backup's roles.sql, or a single refusal where it is missing. */
export async function readRoles(directory: string): Promise<RolesFile> {
  try {
    return parseRolesFile(await readFile(join(directory, "roles.sql"), "utf8"));
  } catch {
    return { statements: [], refused: ["roles.sql is missing or cannot be read"] };
  }
}
