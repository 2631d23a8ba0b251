import type { Token } from "../sql-tokens.ts";
import { headTokens } from "./head-tokens.ts";

const why = "it reaches other servers or files, which an archive from elsewhere must not";

/**
 * Foreign servers, what lies on them, and the wrappers that lead to them: only a superuser may make one, and making it calls
 * its validator, which may be a function of the archive.
 */
const reachesOut =
  /^\s*(?:CREATE|ALTER) (?:SERVER|FOREIGN (?:TABLE|DATA WRAPPER)|USER MAPPING)\b|^\s*IMPORT FOREIGN SCHEMA\b/i;
const makesTable = /^\s*CREATE FOREIGN TABLE\b/i;

/** What may be said of a foreign table or server without naming it first. A view only reads one, and is not among them. */
const speaksOf = /^\s*(?:GRANT|REVOKE|COMMENT|SECURITY LABEL|CREATE (?:CONSTRAINT )?TRIGGER|ALTER TABLE)\b/i;

/** Words between ON and a name. */
const beforeName = /^(?:TABLE|COLUMN|FOREIGN|SERVER|IF|NOT|EXISTS)$/i;

/** The schema and name that begin here; words that say what it is are passed over. */
function nameAt(tokens: readonly Token[], start: number): string {
  let at = start;
  while (tokens[at]?.kind === "word" && beforeName.test(tokens[at]?.value ?? "")) at += 1;
  const [first, dot, second] = tokens.slice(at, at + 3);
  return JSON.stringify(dot?.value === "." ? [first?.value, second?.value] : [first?.value]);
}

/** Foreign servers and tables of an archive: they are left out, and so is all that is said of them. */
export class OtherServers {
  private readonly tables = new Set<string>();

  /** Why a statement is left out, because it is about one of them. Null where it is not. */
  whyLeftOut(sql: string): string | null {
    if (reachesOut.test(sql)) {
      if (makesTable.test(sql)) this.tables.add(nameAt(headTokens(sql, 12), 1));
      return why;
    }
    return speaksOf.test(sql) && this.isAboutOne(headTokens(sql, 60)) ? why : null;
  }

  private isAboutOne(tokens: readonly Token[]): boolean {
    return tokens.some(({ kind, value }, index) => {
      if (kind !== "word" || !/^(?:ON|PARTITION)$/i.test(value)) return false;
      const words = tokens.slice(index + 1, index + 3).map((token) => token.value.toUpperCase());
      if (words[0] === "SERVER" || (words[0] === "FOREIGN" && /^(?:SERVER|DATA)$/.test(words[1] ?? ""))) return true;
      return this.tables.has(nameAt(tokens, index + 1));
    });
  }
}
