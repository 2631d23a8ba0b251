import { readFile } from "node:fs/promises";
import { z } from "zod";
import { quoteIdentifier } from "../postgres/quote.ts";
import type { Session } from "../postgres/types.ts";
import { attempt, execute, type Outcome, sqlstateOf } from "./outcome.ts";
import { alterRole, commentOn, grantMembership, labelOn } from "./role-sql.ts";
import type { MembershipStatement, RoleAttributes, RoleFlag, RoleStatement } from "./role-statements.ts";
import { undefinedSetting, unknownLabelProvider } from "./sqlstates.ts";

const rolesQuery = await readFile(new URL("../../sql/restore/roles.sql", import.meta.url), "utf8");
const membershipsQuery = await readFile(new URL("../../sql/restore/memberships.sql", import.meta.url), "utf8");

const roleRow = z.object({
  name: z.string(),
  SUPERUSER: z.boolean(),
  INHERIT: z.boolean(),
  CREATEROLE: z.boolean(),
  CREATEDB: z.boolean(),
  LOGIN: z.boolean(),
  REPLICATION: z.boolean(),
  BYPASSRLS: z.boolean(),
  connection_limit: z.number(),
  valid_until: z.string().nullable(),
});
type RoleRow = z.output<typeof roleRow>;
const membershipRow = z.object({ role: z.string(), member: z.string() });

/** What of a role's attributes is not as on the source; a limit or a date that only the copy has is taken back. */
function attributesToChange(wanted: RoleAttributes, found: RoleRow): RoleAttributes {
  const flags = new Map([...wanted.flags].filter(([flag, on]: [RoleFlag, boolean]) => found[flag] !== on));
  const limit = wanted.connectionLimit ?? -1;
  const until = wanted.validUntil ?? (found.valid_until === null ? null : "infinity");
  return {
    flags,
    connectionLimit: limit === found.connection_limit ? null : limit,
    validUntil: until === found.valid_until ? null : until,
  };
}

function isEmpty(change: RoleAttributes): boolean {
  return change.flags.size === 0 && change.connectionLimit === null && change.validUntil === null;
}

async function rolesByName(session: Session): Promise<Map<string, RoleRow>> {
  const rows = z.array(roleRow).parse(await session.query(rolesQuery));
  return new Map(rows.map((row) => [row.name, row]));
}

/** Names that PostgreSQL keeps for itself: they exist, or cannot. */
function isPredefined(role: string): boolean {
  return role.startsWith("pg_");
}

function ofKind<K extends RoleStatement["kind"]>(statements: readonly RoleStatement[], kind: K) {
  return statements.filter((one): one is Extract<RoleStatement, { kind: K }> => one.kind === kind);
}

/** Makes the roles that are missing. */
async function createRoles(session: Session, statements: readonly RoleStatement[], outcome: Outcome): Promise<void> {
  const existing = await rolesByName(session);
  for (const { role } of ofKind(statements, "create")) {
    if (existing.has(role) || isPredefined(role)) continue;
    try {
      await execute(session, `CREATE ROLE ${quoteIdentifier(role)}`);
    } catch (error) {
      // Another restore on the same server made it a moment ago.
      if (sqlstateOf(error) !== "42710" && sqlstateOf(error) !== "23505") {
        await attempt(session, `CREATE ROLE ${quoteIdentifier(role)}`, `ROLE ${role}`, outcome);
      }
    }
  }
}

async function alterRoles(
  session: Session,
  statements: readonly RoleStatement[],
  self: string,
  outcome: Outcome,
): Promise<void> {
  const existing = await rolesByName(session);
  for (const { role, attributes } of ofKind(statements, "attributes")) {
    const found = existing.get(role);
    if (found === undefined || isPredefined(role)) continue;
    const change = attributesToChange(attributes, found);
    if (isEmpty(change)) continue;
    if (role === self) {
      const differs = [...change.flags].map(([flag, on]) => (on ? flag : `NO${flag}`)).join(", ");
      outcome.skipped.push({
        what: `role ${role}`,
        why: `it is the superuser that restores, so it keeps its attributes (on the source: ${differs || "other limits"})`,
        kind: "role",
        object: role,
      });
      continue;
    }
    await attempt(session, alterRole(role, change), `ROLE ${role}`, outcome);
  }
}

/** A grantor must hold the role with ADMIN OPTION on this server too; where it does not, the membership itself still counts. */
async function grantRole(session: Session, membership: MembershipStatement, outcome: Outcome): Promise<void> {
  const { role, member, grantor } = membership;
  const object = `MEMBERSHIP ${member} in ${role}`;
  if (grantor !== null) {
    try {
      await execute(session, grantMembership(membership, session.versionNum, true));
      return;
    } catch (error) {
      if (sqlstateOf(error) === "") throw error;
    }
  }
  const before = outcome.errors.length;
  await attempt(session, grantMembership(membership, session.versionNum, false), object, outcome);
  if (grantor === null || outcome.errors.length > before) return;
  outcome.skipped.push({
    what: `grantor of the membership of ${member} in ${role}`,
    why: `${grantor} may not grant it on this server, so the restoring superuser did`,
    kind: "membership",
    object: `${role} -> ${member}`,
  });
}

/** On a server that came with roles of its own, takes back memberships among the source's roles that the source lacks. */
async function revokeSurplus(
  session: Session,
  statements: readonly RoleStatement[],
  self: string,
  outcome: Outcome,
): Promise<void> {
  const known = new Set(ofKind(statements, "create").map(({ role }) => role));
  const wanted = new Set(ofKind(statements, "membership").map(({ role, member }) => JSON.stringify([role, member])));
  for (const { role, member } of z.array(membershipRow).parse(await session.query(membershipsQuery))) {
    const ofSource = known.has(member) && (known.has(role) || isPredefined(role)) && member !== self;
    if (!ofSource || wanted.has(JSON.stringify([role, member]))) continue;
    const sql = `REVOKE ${quoteIdentifier(role)} FROM ${quoteIdentifier(member)} CASCADE`;
    await attempt(session, sql, `MEMBERSHIP ${member} in ${role}`, outcome);
  }
}

async function applyRest(session: Session, statements: readonly RoleStatement[], outcome: Outcome): Promise<void> {
  for (const { role, text } of ofKind(statements, "comment")) {
    await attempt(session, commentOn(`ROLE ${quoteIdentifier(role)}`, text), `COMMENT ON ROLE ${role}`, outcome);
  }
  for (const { role, provider, label } of ofKind(statements, "label")) {
    const sql = labelOn(`ROLE ${quoteIdentifier(role)}`, provider, label);
    await attempt(session, sql, `SECURITY LABEL ON ROLE ${role}`, outcome, (state) =>
      unknownLabelProvider(state, `role ${role}`, provider),
    );
  }
  for (const { role, privileges, parameter, grantOption } of ofKind(statements, "parameter")) {
    const sql = `GRANT ${privileges.join(", ")} ON PARAMETER ${parameter.split(".").map(quoteIdentifier).join(".")} TO ${quoteIdentifier(role)}${grantOption ? " WITH GRANT OPTION" : ""}`;
    await attempt(session, sql, `PARAMETER ${parameter}`, outcome, (state) => undefinedSetting(state, parameter, role));
  }
}

/**
 * Makes the source's roles on the copy's server: missing ones are created, existing ones altered to the source's
 * attributes and memberships. Never touched: the superuser that we are connected as. No passwords. Settings of roles
 * are not applied here: they come last of all, so that they cannot disturb the load.
 *
 * @param self the role that the session runs as
 */
export async function applyRoles(
  session: Session,
  statements: readonly RoleStatement[],
  self: string,
  outcome: Outcome,
): Promise<void> {
  await createRoles(session, statements, outcome);
  await alterRoles(session, statements, self, outcome);
  await revokeSurplus(session, statements, self, outcome);
  for (const membership of ofKind(statements, "membership")) await grantRole(session, membership, outcome);
  await applyRest(session, statements, outcome);
}
