import { whyExtensionIsSkipped } from "../selection.ts";
import { headTokens } from "./head-tokens.ts";

/** Which extensions the copy can have, and what went with those that it cannot. */
export interface ExtensionFacts {
  readonly available: ReadonlySet<string>;
  /** Why each was left out, by its name. */
  readonly leftOut: Map<string, string>;
  /** Schemas that only an extension fills, with the reason for which they are not there. */
  readonly schemasLeftOut: Map<string, string>;
}

/** Schemas that an extension makes on its own, whatever the dump says. */
const ownSchemas: ReadonlyMap<string, string> = new Map([
  ["pg_cron", "cron"],
  ["pg_net", "net"],
  ["pgmq", "pgmq"],
  ["supabase_vault", "vault"],
]);

export function extensionFacts(available: ReadonlySet<string>): ExtensionFacts {
  return { available, leftOut: new Map(), schemasLeftOut: new Map() };
}

/**
 * Why a statement cannot be carried out because of an extension that is left out: it makes the extension, comments on
 * it, or is about something in a schema of its own. Null where that is not so.
 */
export function absentExtension(sql: string, facts: ExtensionFacts): string | null {
  const made = /^\s*CREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")+"|[\w-]+)/i.exec(sql)?.[1];
  if (made !== undefined) {
    const name = made.replace(/^"(.*)"$/s, "$1").replaceAll('""', '"');
    const why = whyExtensionIsSkipped(name, { availableExtensions: facts.available, tablespaces: new Set() });
    if (why === null) return null;
    facts.leftOut.set(name, why);
    const schema = ownSchemas.get(name);
    if (schema !== undefined) facts.schemasLeftOut.set(schema, why);
    return why;
  }
  if (facts.leftOut.size === 0) return null;
  const tokens = headTokens(sql, 60);
  const extension = tokens.findIndex(({ kind, value }) => kind === "word" && value.toUpperCase() === "EXTENSION");
  const named = extension < 0 ? undefined : facts.leftOut.get(tokens[extension + 1]?.value ?? "");
  if (named !== undefined) return named;
  for (const [index, { kind, value }] of tokens.entries()) {
    if (kind === "string" || kind === "symbol") continue;
    const why = facts.schemasLeftOut.get(value);
    const qualifies = tokens[index + 1]?.value === "." || /^SCHEMA$/i.test(tokens[index - 1]?.value ?? "");
    // A schema of the same name may be the archive's own; then its CREATE SCHEMA comes first and is carried out.
    if (why !== undefined && qualifies && !/^\s*CREATE\s+SCHEMA/i.test(sql) && isAbout(tokens, index)) return why;
  }
  return null;
}

/** Whether the name at this place is what the statement is about, not something that it mentions. */
function isAbout(tokens: readonly { readonly value: string }[], index: number): boolean {
  const before = tokens.slice(0, index).map(({ value }) => value.toUpperCase());
  return (
    /^(GRANT|REVOKE|COMMENT|COPY)$/.test(before[0] ?? "") ||
    (before[0] === "ALTER" && index <= 4) ||
    before.at(-1) === "ON"
  );
}
