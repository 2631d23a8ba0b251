import { quoteIdentifier } from "../postgres/quote.ts";
import type { Session } from "../postgres/types.ts";
import type { ArchiveEntry } from "./archive.ts";
import { type DatabaseStatement, readDatabaseStatement } from "./database-statements.ts";
import { attempt, type Outcome } from "./outcome.ts";
import { commentOn, labelOn } from "./role-sql.ts";
import { applySettings } from "./settings.ts";
import { splitStatements } from "./sql-tokens.ts";
import { unknownLabelProvider } from "./sqlstates.ts";
import { decidesValues } from "./value-settings.ts";

/** What the archive says about the database itself. */
export interface DatabaseEntries {
  /** Its name on the source. */
  readonly name: string;
  readonly owner: string;
  readonly statements: readonly DatabaseStatement[];
  /** Statements that are not as pg_dump writes them. */
  readonly refused: readonly string[];
}

const aboutTheDatabase = new Set(["ACL", "COMMENT", "SECURITY LABEL"]);

/**
 * Reads the entries that pg_restore carries out only with `--create`, and then for a database of the source's name:
 * owner, comment, privileges, settings, connection limit. null where the archive has none.
 */
export function readDatabaseEntries(entries: readonly ArchiveEntry[]): DatabaseEntries | null {
  const database = entries.find((entry) => entry.desc === "DATABASE");
  if (database === undefined) return null;
  const statements: DatabaseStatement[] = [];
  const refused: string[] = [];
  for (const entry of entries) {
    const isAbout =
      entry.desc === "DATABASE PROPERTIES" ||
      (aboutTheDatabase.has(entry.desc) && entry.tag === `DATABASE ${database.tag}`);
    if (!isAbout) continue;
    try {
      for (const tokens of splitStatements(entry.defn)) statements.push(readDatabaseStatement(tokens, database.tag));
    } catch {
      refused.push(`the archive's ${entry.desc} of the database holds a statement that does not belong there`);
    }
  }
  return { name: database.tag, owner: database.owner, statements, refused };
}

/** Gives the database to the source's owner, before the load: schema `public` belongs to whoever owns the database. */
export async function applyDatabaseOwner(session: Session, entries: DatabaseEntries, outcome: Outcome): Promise<void> {
  if (entries.owner === "") return;
  const sql = `ALTER DATABASE ${quoteIdentifier(session.target.database)} OWNER TO ${quoteIdentifier(entries.owner)}`;
  await attempt(session, sql, "DATABASE", outcome);
}

const settingsOf = ({ statements }: DatabaseEntries) => statements.filter((statement) => statement.kind === "setting");

/**
 * Gives the copy those settings of the database that decide what is computed from its rows, as `pg_restore --create`
 * does before it loads any. The others could stop, filter or slow the load: `applyDatabaseEntries` brings them afterwards.
 *
 * @param self the role that the session runs as
 */
export async function applyValueSettings(
  session: Session,
  entries: DatabaseEntries,
  self: string,
  outcome: Outcome,
): Promise<void> {
  await applySettings(session, settingsOf(entries).filter(decidesValues), self, outcome);
}

function sqlOf(statement: DatabaseStatement, database: string): string | null {
  const name = quoteIdentifier(database);
  switch (statement.kind) {
    case "connection-limit":
      return `ALTER DATABASE ${name} CONNECTION LIMIT ${statement.limit}`;
    case "privileges": {
      const { verb, privileges, role, grantOption } = statement;
      const who = role === null ? "PUBLIC" : quoteIdentifier(role);
      const option = grantOption && verb === "GRANT" ? " WITH GRANT OPTION" : "";
      return `${verb} ${privileges.join(", ")} ON DATABASE ${name} ${verb === "GRANT" ? "TO" : "FROM"} ${who}${option}`;
    }
    case "comment":
      return commentOn(`DATABASE ${name}`, statement.text);
    case "label":
      return labelOn(`DATABASE ${name}`, statement.provider, statement.label);
    case "authorization":
      return statement.role === null
        ? "RESET SESSION AUTHORIZATION"
        : `SET SESSION AUTHORIZATION ${quoteIdentifier(statement.role)}`;
    case "template":
      return `ALTER DATABASE ${name} IS_TEMPLATE ${statement.on}`;
    case "setting":
      return null;
  }
}

/**
 * Applies comment, privileges, connection limit and the remaining settings to the copy, whatever its name is. Superusers
 * are not held by a connection limit, so it disturbs nobody.
 *
 * @param self the role that the session runs as
 */
export async function applyDatabaseEntries(
  session: Session,
  entries: DatabaseEntries,
  self: string,
  outcome: Outcome,
): Promise<void> {
  // A throwaway bears a marker as its comment, which the source may not have; its name still tells what it is.
  await session.query(`COMMENT ON DATABASE ${quoteIdentifier(session.target.database)} IS NULL`);
  for (const statement of entries.statements) {
    const sql = sqlOf(statement, session.target.database);
    if (sql === null) continue;
    const provider = statement.kind === "label" ? statement.provider : "";
    await attempt(session, sql, `DATABASE (${statement.kind})`, outcome, (state) =>
      statement.kind === "label" ? unknownLabelProvider(state, "the database", provider) : null,
    );
  }
  await session.query("RESET SESSION AUTHORIZATION");
  const remaining = settingsOf(entries).filter((statement) => !decidesValues(statement));
  await applySettings(session, remaining, self, outcome);
}
