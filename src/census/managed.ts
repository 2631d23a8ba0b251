/*
 * What of a Supabase project (and of Lovable Cloud, which is built on it) is the platform's and not the team's. The
 * project's own role may not read these, and a new project brings them: a copy of them would not be taken back.
 * Source: which relations the role `postgres` is denied on supabase/postgres 15 and 17, and Supabase's own
 * `supabase db dump`, which leaves out the same schemas and more.
 */

/** A schema or a table that the platform manages, and why it is left out. */
export interface Managed {
  readonly name: string;
  readonly why: string;
}

const ownKey = "the platform encrypts it with a key of its own: enter the secrets anew after a recovery";
const graphql = "pg_graphql makes it from the other schemas; the platform brings it";
const realtime =
  "the platform's Realtime service makes it anew; policies on realtime.messages must come from migrations";
const bookkeeping = "the platform's own list of its migrations, which a new project brings";

export const managedSchemas: readonly Managed[] = [
  { name: "vault", why: ownKey },
  { name: "pgsodium", why: ownKey },
  { name: "pgsodium_masks", why: ownKey },
  { name: "graphql", why: graphql },
  { name: "graphql_public", why: graphql },
  { name: "realtime", why: realtime },
  { name: "_realtime", why: realtime },
  { name: "_analytics", why: "the platform's own logs" },
  { name: "_supavisor", why: "the platform's own connection pooler" },
  { name: "pgbouncer", why: "the platform's own connection pooler" },
];

/** In parts, unquoted: schema, table. */
export const managedTables: readonly (Managed & { readonly schema: string })[] = [
  { schema: "auth", name: "schema_migrations", why: bookkeeping },
  { schema: "storage", name: "migrations", why: bookkeeping },
  { schema: "supabase_functions", name: "migrations", why: bookkeeping },
  { schema: "supabase_functions", name: "hooks", why: "the platform's own log of webhooks" },
];
