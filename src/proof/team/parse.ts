import { z } from "zod";
import type { TeamCheck } from "../types.ts";
import { splitStatements } from "./statements.ts";

const header = z.strictObject({
  name: z.string({ error: "has no `-- name:` line" }).regex(/^[a-z][a-z0-9_-]{0,59}$/, {
    error: "has a name that is not made of lower-case letters, digits, _ and -",
  }),
  severity: z.enum(["error", "warning"], { error: "needs a line `-- severity: error` or `-- severity: warning`" }),
  reason: z.string({ error: "has no `-- reason:` line" }).min(8, { error: "needs a reason that people understand" }),
});

const headerLine = /^--\s*([a-z]+)\s*:\s*(.*?)\s*$/;

/** The comment lines at the top of a file; `-- key: value` lines among them are its header. */
function headerOf(text: string): { readonly entries: Record<string, string>; readonly faults: string[] } {
  const entries: Record<string, string> = {};
  const faults: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    if (!line.startsWith("--")) break;
    const [, key, value] = headerLine.exec(line) ?? [];
    if (key === undefined || value === undefined || !(key in header.shape)) continue;
    if (key in entries) faults.push(`says \`-- ${key}:\` twice`);
    entries[key] = value;
  }
  return { entries, faults };
}

/** A file as a check, or everything that is wrong with it. */
export type ParsedTeamCheck = { readonly check: TeamCheck } | { readonly faults: readonly string[] };

/**
 * Reads one of the team's checks: a header of three comment lines (`-- name:`, `-- severity: error|warning`,
 * `-- reason:`; other comments may stand between them), then one query.
 */
export function parseTeamCheck(file: string, content: string): ParsedTeamCheck {
  const text = content.replace(/^\uFEFF/, "");
  const { entries, faults } = headerOf(text);
  const parsed = header.safeParse(entries);
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => issue.message));
  const statements = splitStatements(text);
  const [sql] = statements;
  if (sql === undefined) faults.push("holds no query");
  else if (statements.length > 1) faults.push(`holds ${statements.length} statements where one query is due`);
  else if (!/^(\(\s*)*(select|with|values|table)\b/i.test(sql)) faults.push("is not a query that gives rows");
  if (faults.length > 0 || !parsed.success || sql === undefined) return { faults };
  return { check: { ...parsed.data, file, sql } };
}
