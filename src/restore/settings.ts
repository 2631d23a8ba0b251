import { quoteIdentifier } from "../postgres/quote.ts";
import type { Session } from "../postgres/types.ts";
import { attempt, type Outcome } from "./outcome.ts";
import { alterSetting } from "./role-sql.ts";
import type { SettingStatement } from "./role-statements.ts";
import { undefinedSetting } from "./sqlstates.ts";

/** Libraries that every new connection loads: one that is absent refuses all connections. */
const preloads = new Set(["session_preload_libraries", "local_preload_libraries"]);
/** Settings that turn a connection into somebody else's. */
const identities = new Set(["role", "session_authorization"]);

/** Whose a setting is, for reports. The source's database name says nothing here. */
function ownerOf(statement: SettingStatement): string {
  if (statement.role === null) return "the database";
  return statement.database === null ? `role ${statement.role}` : `role ${statement.role} in the database`;
}

async function absentLibraries(session: Session, statement: SettingStatement): Promise<string[]> {
  const names = statement.values.flatMap((value) => value.split(",")).map((name) => name.trim().replaceAll('"', ""));
  const rows = await session.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) AS wanted(name)
     WHERE name <> '' AND pg_catalog.pg_stat_file(
       (SELECT setting FROM pg_catalog.pg_config WHERE name = 'PKGLIBDIR') || '/' ||
         regexp_replace(regexp_replace(wanted.name, '^(\\$libdir/)?(plugins/)?', ''), '\\.so$', '') || '.so', true) IS NULL`,
    [names],
  );
  return rows.map(({ name }) => name);
}

async function whyHarmful(session: Session, statement: SettingStatement, self: string): Promise<string | null> {
  const reachesUs = statement.role === null || statement.role === self;
  if (identities.has(statement.setting) && reachesUs) return "it would turn our own connections into another role's";
  if (!preloads.has(statement.setting)) return null;
  const absent = await absentLibraries(session, statement);
  return absent.length === 0 ? null : "the throwaway server lacks the library, and every connection would be refused";
}

/**
 * Applies settings of roles, of the database, and of roles in the database, after forgetting the ones that the server
 * came with. A setting reaches every connection that is opened after it: one that could disturb the load comes when
 * everything else is done.
 *
 * @param self the role that the session runs as
 */
export async function applySettings(
  session: Session,
  settings: readonly SettingStatement[],
  self: string,
  outcome: Outcome,
): Promise<void> {
  for (const statement of settings) {
    const owner = ownerOf(statement);
    const why = await whyHarmful(session, statement, self);
    if (why !== null) {
      const object = `${owner}: ${statement.setting}`;
      outcome.skipped.push({ what: `setting ${statement.setting} of ${owner}`, why, kind: "setting", object });
      continue;
    }
    const sql = alterSetting(statement, session.target.database);
    await attempt(session, sql, `SETTING ${statement.setting} of ${owner}`, outcome, (state) =>
      undefinedSetting(state, statement.setting, owner),
    );
  }
}

/** Forgets settings that these roles had before, on a server that came with roles of its own. */
export async function resetRoleSettings(session: Session, roles: readonly string[], outcome: Outcome): Promise<void> {
  const rows = await session.query<{ name: string }>(
    `SELECT r.rolname::text AS name FROM pg_catalog.pg_db_role_setting AS s
     JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole WHERE s.setdatabase = 0 AND r.rolname = ANY ($1)`,
    [roles],
  );
  for (const { name } of rows) {
    await attempt(session, `ALTER ROLE ${quoteIdentifier(name)} RESET ALL`, `ROLE ${name}`, outcome);
  }
}
