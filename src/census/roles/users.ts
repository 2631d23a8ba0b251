import { randomInt } from "node:crypto";
import type { DatabasePlan } from "../../plan/schema.ts";
import { quoteIdentifier, quoteLiteral } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { relationFinder } from "../names.ts";
import type { Relation } from "../relations.ts";
import { searchable } from "../searchable.ts";
import { censusSql } from "../sql.ts";
import type { RoleViews } from "../types.ts";
import { candidatesPerWitness } from "./witnesses.ts";

const columnSql = censusSql("column");

/** Where users and their roles in the application are, by the plan or by what the platform is known for. */
export interface UserSource {
  readonly table: string;
  readonly key: string;
  readonly per_role: number;
  readonly role: string;
  /** False where the plan does not name it: then it need not be there. */
  readonly planned: boolean;
}

/** A user who was drawn. */
export interface DrawnUser {
  readonly user: string;
  readonly app_roles: readonly string[];
  /** Those of the roles that users were drawn of; without any, the user was drawn of those who have none. */
  readonly drawn_of: readonly string[];
}

export interface DrawnUsers {
  readonly users: readonly DrawnUser[];
  readonly from: RoleViews["users"];
  /** What the plan names and is not there. */
  readonly unproven: readonly string[];
}

/** The users' table of the plan; Supabase, and Lovable Cloud on it, keep theirs in auth.users. */
export function userSource({ platform, role_views: { users } }: DatabasePlan): UserSource | null {
  if (users !== undefined) return { ...users, planned: true };
  if (platform === "postgres") return null;
  return { table: "auth.users", key: "id", per_role: 2, role: "authenticated", planned: false };
}

/** Distinct roles of an application that users are drawn of: a column that holds more is not one of roles. */
const mostRoles = 20;

interface Column {
  readonly from: string;
  readonly name: string;
  readonly type: string;
}

async function column(
  session: Session,
  relations: readonly Relation[],
  table: string,
  name: string,
): Promise<Column | null> {
  const relation = relationFinder(relations)(table);
  if (relation === undefined || !"rp".includes(relation.kind)) return null;
  const [found] = await session.query<{ type: string }>(columnSql, [relation.oid, name]);
  return found === undefined ? null : { from: relation.qualified, name: quoteIdentifier(name), type: found.type };
}

/**
 * Draws users at random, of each role in the application and of those who have none: five times as many as will be asked.
 * The same seed draws the same users of the same rows, in the same order.
 */
export async function drawUsers(
  session: Session,
  relations: readonly Relation[],
  database: DatabasePlan,
  seed: number = randomInt(2 ** 47),
): Promise<DrawnUsers> {
  const none = (unproven: readonly string[]): DrawnUsers => ({ users: [], from: null, unproven });
  const source = userSource(database);
  if (source === null) return none([]);
  const key = await column(session, relations, source.table, source.key);
  const absent = `the users of role_views.users: there is no ${source.table} with a column ${source.key}`;
  if (key === null) return none(source.planned ? [absent] : []);
  const { app_roles: roles } = database.role_views;
  const user = roles && (await column(session, relations, roles.table, roles.user));
  const role = roles && (await column(session, relations, roles.table, roles.role));
  const from = { table: source.table, key: source.key, key_type: key.type, app_role_type: null };
  if (!user || !role) {
    const lost = roles === undefined ? [] : [`role_views.app_roles: there is no ${roles.table} with these columns`];
    const drawn = await session.query<DrawnUser & Record<string, unknown>>(
      `SELECT u.${key.name}::text AS user, '{}'::text[] AS app_roles, '{}'::text[] AS drawn_of FROM ${key.from} AS u WHERE u.${key.name} IS NOT NULL
       ORDER BY pg_catalog.hashtextextended(u.${key.name}::text COLLATE "C", $1::bigint) LIMIT $2`,
      [seed, source.per_role * candidatesPerWitness],
    );
    return { users: drawn, from, unproven: lost };
  }
  const drawn = await session.query<DrawnUser & Record<string, unknown>>(
    `WITH held AS (
       SELECT u.${key.name}::text AS key, r.role
       FROM ${key.from} AS u
       LEFT JOIN (SELECT ${user.name}::text AS key, ${role.name}::text AS role FROM ${user.from}) AS r
         ON r.key = u.${key.name}::text
       WHERE u.${key.name} IS NOT NULL
     ), roles AS (
       SELECT DISTINCT h.role FROM held AS h ORDER BY 1 LIMIT ${mostRoles}
     ), placed AS (
       SELECT h.key, pg_catalog.row_number() OVER (
         PARTITION BY h.role ORDER BY pg_catalog.hashtextextended(h.key COLLATE "C", $1::bigint)) AS place
       FROM held AS h
       WHERE h.role IS NULL OR h.role IN (SELECT r.role FROM roles AS r)
     ), drawn AS (
       SELECT p.key, min(p.place) AS place FROM placed AS p WHERE p.place <= $2 GROUP BY p.key
     )
     SELECT h.key AS user,
       coalesce(pg_catalog.array_agg(h.role ORDER BY h.role COLLATE "C") FILTER (WHERE h.role IS NOT NULL), '{}') AS app_roles,
       coalesce(pg_catalog.array_agg(h.role ORDER BY h.role COLLATE "C")
         FILTER (WHERE h.role IN (SELECT r.role FROM roles AS r)), '{}') AS drawn_of
     FROM held AS h JOIN drawn AS d USING (key)
     GROUP BY h.key, d.place ORDER BY d.place, h.key COLLATE "C"`,
    [seed, source.per_role * candidatesPerWitness],
  );
  const [kind] = await session.query<{ is_enum: boolean }>(
    `SELECT t.typtype = 'e' AS is_enum FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
     WHERE a.attrelid = $1::pg_catalog.regclass AND pg_catalog.quote_ident(a.attname) = pg_catalog.quote_ident($2)`,
    [user.from, roles.role],
  );
  return { users: drawn, from: { ...from, app_role_type: kind?.is_enum ? "enum" : role.type }, unproven: [] };
}

/**
 * SQL that sets what the API tells the database of whoever asks: the claims of a signed-in user's token, as PostgREST
 * does, in today's form and in the one before. They are put together inside the database: e-mail address and metadata of
 * a Supabase user stand in tokens, and policies read them.
 */
export function claimsSql(role: string, user: string | null, from: RoleViews["users"], table: string | null): string {
  const base = { role, aud: role, ...(user === null ? {} : { sub: user, aal: "aal1" }) };
  const known = `${quoteLiteral(JSON.stringify(base))}::pg_catalog.jsonb`;
  const key = from === null ? "" : quoteIdentifier(from.key);
  const literal = quoteLiteral(user ?? "");
  const match =
    from !== null && searchable.has(from.key_type)
      ? `u.${key} = ${literal}::${from.key_type}`
      : `u.${key}::text = ${literal}`;
  const row = `SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'email', j.v -> 'email', 'phone', j.v -> 'phone', 'is_anonymous', j.v -> 'is_anonymous',
      'app_metadata', j.v -> 'raw_app_meta_data', 'user_metadata', j.v -> 'raw_user_meta_data')) AS v
    FROM ${table} AS u, LATERAL (SELECT pg_catalog.to_jsonb(u.*) AS v) AS j WHERE ${match} LIMIT 1`;
  const claims = user === null || table === null ? known : `${known} || coalesce((${row}), '{}')`;
  return `SELECT pg_catalog.set_config('request.jwt.claims', (c.v)::text, true),
    pg_catalog.set_config('request.jwt.claim.sub', coalesce(c.v ->> 'sub', ''), true),
    pg_catalog.set_config('request.jwt.claim.role', c.v ->> 'role', true),
    pg_catalog.set_config('request.jwt.claim.email', coalesce(c.v ->> 'email', ''), true)
    FROM (SELECT ${claims} AS v) AS c`;
}
