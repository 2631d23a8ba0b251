import type { CopySession } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { sqlstateOf } from "../outcome.ts";
import { headTokens } from "./head-tokens.ts";
import { roleFacts } from "./loader-role.ts";
import type { StatementKind } from "./statement.ts";

/** insufficient_privilege */
export const lacksPrivilege = "42501";

/**
 * Statements that a superuser may carry out for an archive from elsewhere, after the loader was refused: none of them
 * runs code of the archive, none reaches beyond the database.
 */
const allowed: readonly RegExp[] = [
  /^CREATE EXTENSION\b/i,
  /^(?:CREATE|ALTER) PUBLICATION\b/i,
  /^CREATE OPERATOR (?:CLASS|FAMILY)\b/i,
  /^ALTER OPERATOR FAMILY\b/i,
  // On the database, on roles and on tablespaces it never gets here.
  /^COMMENT ON\b/i,
  /^ALTER TABLE (?:ONLY )?(?:(?:"[^"]*")+|\w+)\.(?:(?:"[^"]*")+|\w+) (?:DISABLE|ENABLE) TRIGGER ALL;?$/i,
];

/** Whether the superuser may carry out what the loader was refused. */
export function mayBeRaised(sql: string, kind: StatementKind): boolean {
  if (kind === "copy-in" || kind === "insert" || kind === "change") return false;
  return allowed.some((pattern) => pattern.test(sql.trimStart()));
}

/**
 * Gives an object to its owner. The loader must own it: shown by letting it give the object to itself, so that no
 * archive gets hold of an object of the system.
 *
 * @returns why the owner stays; null where it was given
 */
export async function giveAway(
  admin: CopySession,
  loader: CopySession,
  sql: { readonly asItIs: string; readonly toLoader: string },
  owner: string,
): Promise<string | null> {
  const facts = await roleFacts(admin, owner);
  if (facts?.powerful) return `${owner} could reach beyond the database on this server`;
  await loader.statement(sql.toLoader);
  await admin.statement(sql.asItIs);
  return null;
}

/** Lets the loader act as an owner, so that privileges are granted in that owner's name. */
export async function joinOwner(admin: CopySession, loader: string, owner: string): Promise<void> {
  await admin.query(`GRANT ${quoteIdentifier(owner)} TO ${quoteIdentifier(loader)}`);
}

/**
 * Makes an event trigger, switched off: its function would run as whoever changes a definition next, a superuser
 * included.
 */
export async function makeEventTrigger(admin: CopySession, sql: string): Promise<void> {
  const name = headTokens(sql, 4)[3]?.value ?? "";
  await admin.query("BEGIN");
  try {
    await admin.statement(sql);
    await admin.query(`ALTER EVENT TRIGGER ${quoteIdentifier(name)} DISABLE`);
    await admin.query("COMMIT");
  } catch (error) {
    if (sqlstateOf(error) !== "") await admin.query("ROLLBACK");
    throw error;
  }
}
