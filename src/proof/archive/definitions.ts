import { runStreaming } from "../../base/child-process.ts";
import { findClient } from "../../postgres/clients.ts";
import { libpqEnvironment } from "../../postgres/libpq-environment.ts";
import { majorOf } from "../../postgres/server-facts.ts";
import type { Target } from "../../postgres/types.ts";
import { SqlScanner } from "../../restore/foreign/sql-scanner.ts";
import { describe, isRemoval, kindOf, ownerOf } from "../../restore/foreign/statement.ts";
import type { ForeignRestore } from "../../restore/foreign/types.ts";
import { proofErrors } from "../errors.ts";
import { looseForm, normalForm } from "./definition-forms.ts";
import type { DefinitionsCompared } from "./types.ts";

/** What a dump of definitions never holds: what fills, removes, or is about rows. */
const notInDefinitions =
  /^\s*(?:REFRESH|ANALYZE|VACUUM|REASSIGN)\b|^\s*ALTER TABLE (?:ONLY )?\S+ (?:DISABLE|ENABLE) TRIGGER ALL|\bLARGE OBJECT\s+\d+/i;

/** Every database has this comment from the start, so no dump of a copy repeats it. */
const bornWith = /^\s*COMMENT ON SCHEMA "?public"? IS 'standard public schema';/i;

interface DumpOptions {
  readonly reader: Target;
  readonly versionNum: number;
  readonly restored: ForeignRestore;
  readonly signal: AbortSignal;
}

/** Options that leave out what the archive holds none of, so that its absence is no difference. */
function leavingOut({ content, standIns }: ForeignRestore): string[] {
  const holds = (pattern: RegExp) => content.definitions.some(({ sql }) => pattern.test(sql));
  return [
    ...(holds(/\bOWNER TO\b/) ? [] : ["--no-owner"]),
    ...(holds(/^\s*(GRANT|REVOKE|ALTER DEFAULT PRIVILEGES)\b/i) ? [] : ["--no-privileges"]),
    ...(holds(/^\s*COMMENT ON\b/i) ? [] : ["--no-comments"]),
    ...(holds(/^\s*(CREATE|ALTER) PUBLICATION\b/i) ? [] : ["--no-publications"]),
    // Names stand inside of string literals too, such as those of regclass.
    ...(content.quotesAll ? ["--quote-all-identifiers"] : []),
    ...standIns.schemas.map((schema) => `--exclude-schema="${schema.replaceAll('"', '""')}"`),
  ];
}

/** The copy's definitions, dumped a second time. */
async function dumpedDefinitions({ reader, versionNum, restored, signal }: DumpOptions): Promise<string[]> {
  const { path } = await findClient("pg_dump", majorOf(versionNum));
  await using connection = await libpqEnvironment(reader);
  const args = ["--schema-only", "--no-password", ...leavingOut(restored)];
  const tool = runStreaming(path, args, { env: { ...connection.env }, signal });
  const scanner = new SqlScanner();
  const statements: string[] = [];
  for await (const chunk of tool.stdout) {
    for (const event of scanner.push(chunk)) if (event.kind === "statement") statements.push(event.sql);
  }
  const { exitCode } = await tool.result;
  signal.throwIfAborted();
  if (exitCode !== 0) throw proofErrors.copy_not_dumped({ exitCode });
  return statements.filter((sql) => !["setting", "authorization"].includes(kindOf(sql)));
}

/** The archive's definitions that the copy must have, and those that were left out on purpose. */
function split(restored: ForeignRestore) {
  const inScope = restored.content.definitions.filter(
    ({ sql }) => !notInDefinitions.test(sql) && !isRemoval.test(sql) && !bornWith.test(sql),
  );
  return {
    wanted: inScope.filter(({ left }) => left === null).map(({ sql }) => sql),
    left: inScope.filter(({ left }) => left !== null).map(({ sql }) => sql),
  };
}

/** What is on the copy only because of how it was loaded. */
function isOurs(sql: string, reader: Target, restored: ForeignRestore): boolean {
  if (ownerOf(sql) === reader.user) return true;
  if (bornWith.test(sql)) return true;
  if (/^ALTER EVENT TRIGGER \S+ DISABLE;$/.test(sql.trim())) return true;
  return restored.standIns.publications.some((name) => new RegExp(`^CREATE PUBLICATION "?${name}"?\\b`).test(sql));
}

/**
 * Compares the archive's definitions with a second dump of the copy's, as sets of statements.
 *
 * @param sameMajor whether the archive was written for the copy's major: only then texts are comparable
 */
export async function compareDefinitions(
  options: DumpOptions & { readonly sameMajor: boolean },
): Promise<DefinitionsCompared> {
  const { restored, reader, sameMajor } = options;
  const { wanted, left } = split(restored);
  const copy = (await dumpedDefinitions(options)).filter((sql) => !isOurs(sql, reader, restored));
  const onCopy = new Set(copy.map(normalForm));
  const known = new Set([...wanted, ...left].map(normalForm));
  let unmatched = wanted.filter((sql) => !onCopy.has(normalForm(sql)));
  // An extension brings its comment along; `supabase db dump` takes it out.
  let surplus = copy.filter((sql) => !known.has(normalForm(sql)) && !/^COMMENT ON EXTENSION\b/.test(sql));
  const loose = new Set(surplus.map(looseForm));
  const rewritten = unmatched.filter((sql) => loose.has(looseForm(sql)));
  const rewrittenForms = new Set(rewritten.map(looseForm));
  unmatched = unmatched.filter((sql) => !rewrittenForms.has(looseForm(sql)));
  surplus = surplus.filter((sql) => !rewrittenForms.has(looseForm(sql)));
  const [headsOfCopy, heads, leftHeads] = [copy, wanted, left].map((statements) => new Set(statements.map(describe)));
  const missing = unmatched.filter((sql) => !headsOfCopy?.has(describe(sql)));
  const different = unmatched.filter((sql) => headsOfCopy?.has(describe(sql)));
  const more = surplus.filter((sql) => !heads?.has(describe(sql)) && !leftHeads?.has(describe(sql)));
  const names = (statements: readonly string[]) => [...new Set(statements.map(describe))].sort();
  return {
    total: wanted.length,
    missing: names(missing),
    surplus: sameMajor ? names(more) : [],
    different: sameMajor ? names(different) : [],
    rewritten: rewritten.length,
    onlyPresence: sameMajor
      ? null
      : "it was written for another major of PostgreSQL or does not say for which, and their texts differ",
  };
}
