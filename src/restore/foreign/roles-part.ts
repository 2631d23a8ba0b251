import type { Session } from "../../postgres/types.ts";
import { newOutcome } from "../outcome.ts";
import type { RoleFlag, RoleStatement } from "../role-statements.ts";
import { readRoleStatement } from "../role-statements.ts";
import { applyRoles } from "../roles.ts";
import { NotSql, splitStatements } from "../sql-tokens.ts";
import { UnexpectedStatement } from "../statement-reader.ts";
import { powerful } from "./loader-role.ts";
import { describe } from "./statement.ts";

/** What became of the statements about roles. */
export interface AppliedRoles {
  /** Messages of the server, which may hold values. */
  readonly errors: readonly { readonly object: string; readonly message: string }[];
  /** What was refused, in our own words. */
  readonly refused: readonly { readonly object: string; readonly message: string }[];
  readonly notCovered: readonly { readonly what: string; readonly why: string }[];
}

/** What would let a role of the archive reach beyond its database. */
const powers: readonly RoleFlag[] = ["SUPERUSER", "CREATEROLE", "REPLICATION", "CREATEDB"];
const serverRoles =
  /^pg_(execute_server_program|write_server_files|read_server_files|signal_backend|checkpoint|maintain)$/;

/**
 * The statement without what a throwaway must not grant; null where nothing is left.
 *
 * @param strong roles of the server that could reach beyond the database, its superuser first of all
 */
function tamed(statement: RoleStatement, strong: ReadonlySet<string>, withheld: Set<string>): RoleStatement | null {
  if (statement.kind === "parameter") {
    withheld.add(`parameter ${statement.parameter} for ${statement.role}`);
    return null;
  }
  if (statement.kind === "membership" && (serverRoles.test(statement.role) || strong.has(statement.role))) {
    withheld.add(`membership of ${statement.member} in ${statement.role}`);
    return null;
  }
  if (statement.kind !== "attributes") return statement;
  const flags = new Map(statement.attributes.flags);
  for (const power of powers) {
    if (flags.get(power) !== true) continue;
    flags.set(power, false);
    withheld.add(`${power} of ${statement.role}`);
  }
  return { ...statement, attributes: { ...statement.attributes, flags } };
}

/**
 * Makes the roles that an archive holds, from statements that are read, tamed and written anew. Existing roles of the
 * server are left as they are. Settings of roles are not applied, and passwords never.
 */
export async function applyArchivedRoles(admin: Session, sqls: readonly string[], self: string): Promise<AppliedRoles> {
  const refused: { object: string; message: string }[] = [];
  const statements: RoleStatement[] = [];
  const withheld = new Set<string>();
  const settings = new Set<string>();
  const rows = await admin.query<{ name: string; powerful: boolean }>(
    `SELECT rolname AS name, ${powerful} AS powerful FROM pg_catalog.pg_roles AS role`,
  );
  const existing = new Set(rows.map(({ name }) => name));
  const strong = new Set(rows.filter((role) => role.powerful).map(({ name }) => name));
  for (const sql of sqls) {
    try {
      for (const tokens of splitStatements(sql)) {
        const read = readRoleStatement(tokens);
        if (read.kind === "setting") settings.add(`${read.setting} of ${read.role ?? "everybody"}`);
        const statement = read.kind === "setting" ? null : tamed(read, strong, withheld);
        const isKnown = statement?.kind === "attributes" && existing.has(statement.role);
        if (statement !== null && !isKnown) statements.push(statement);
      }
    } catch (thrown) {
      if (!(thrown instanceof NotSql || thrown instanceof UnexpectedStatement)) throw thrown;
      refused.push({
        object: describe(sql).split(" ").slice(0, 2).join(" "),
        message: "a statement about roles that pg_dumpall does not write, which was not carried out",
      });
    }
  }
  const outcome = newOutcome();
  await applyRoles(admin, statements, self, outcome);
  const list = (names: Set<string>) => [...names].sort().join(", ");
  return {
    errors: outcome.errors,
    refused,
    notCovered: [
      ...outcome.skipped.map(({ what, why }) => ({ what, why })),
      ...(withheld.size === 0
        ? []
        : [
            {
              what: `Rights of roles: ${list(withheld)}`,
              why: "with them an archive from elsewhere could reach beyond its database",
            },
          ]),
      ...(settings.size === 0
        ? []
        : [{ what: `Settings of roles: ${list(settings)}`, why: "they would change how the copy is read" }]),
    ],
  };
}
