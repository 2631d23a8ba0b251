import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { libpqEnvironment } from "../../postgres/libpq-environment.ts";
import type { Target, Throwaway } from "../../postgres/types.ts";
import { emptyDatabase, timed } from "./tools.ts";
import type { Round, Way } from "./types.ts";

/*
 * The ways that Ithaca is compared with, as lines of shell that anybody can read and run. Servers run already, roles are
 * there and directories are empty when a clock starts.
 */

/** What every peer works with. */
export interface Stand {
  readonly source: Target;
  /** With PostgreSQL's own defaults. */
  readonly untuned: Throwaway;
  /** With the settings of our throwaways. */
  readonly tuned: Throwaway;
  /** The public and the secret key of age, and null where there is no age. */
  readonly age: { readonly recipient: string; readonly identity: string } | null;
  /** Folder of PostgreSQL's programs of the source's major. */
  readonly programs: string;
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/*
 * What `supabase db dump` gives pg_dump and pg_dumpall (CLI 2 and 3, looked up in November 2026).
 */
const withoutDefinitions =
  "information_schema|pg_*|_analytics|_realtime|_supavisor|auth|etl|extensions|pgbouncer|realtime|storage|supabase_functions|supabase_migrations|cron|dbdev|graphql|graphql_public|net|pgmq|pgsodium|pgsodium_masks|pgtle|repack|tiger|tiger_data|timescaledb_*|_timescaledb_*|topology|vault";
const withoutRows =
  "information_schema|pg_*|graphql|graphql_public|pgsodium|pgsodium_masks|pgtle|repack|tiger|tiger_data|timescaledb_*|_timescaledb_*|topology|vault|etl|extensions|pgbouncer|realtime|supabase_migrations|_analytics|_realtime|_supavisor";

const schemaDump = `pg_dump --schema-only --quote-all-identifiers --exclude-schema '${withoutDefinitions}'`;
const dataDump = `pg_dump --data-only --quote-all-identifiers --exclude-schema '${withoutRows}' --exclude-table=auth.schema_migrations --exclude-table=storage.migrations --schema='*'`;
const rolesDump = "pg_dumpall --roles-only --quote-all-identifiers --no-role-passwords --no-comments";
const lines = `sed -E 's/^\\\\(un)?restrict .*$/-- &/; s/^CREATE SCHEMA "/CREATE SCHEMA IF NOT EXISTS "/; s/^(CREATE|ALTER) PUBLICATION "supabase_realtime.*$/-- &/'`;
// The servers have the roles: the CLI leaves out Supabase's own, and we the others too.
const roleLines = `sed -E 's/^(CREATE|ALTER) ROLE /-- &/; s/^GRANT /-- &/; s/^\\\\(un)?restrict .*$/-- &/'`;
/** Counts every table, which is as much proof as this way has. */
const counts = `psql -XqAt -c "SELECT format('SELECT count(*) FROM ONLY %s;', oid::regclass) FROM pg_class WHERE relkind = 'r' AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)" | psql -XqAt -v ON_ERROR_STOP=1`;

async function environment(target: Target, { programs }: Stand) {
  const libpq = await libpqEnvironment(target);
  const env = { ...libpq.env, PATH: `${programs}:${process.env.PATH ?? ""}` };
  return { env, [Symbol.asyncDispose]: () => libpq[Symbol.asyncDispose]() };
}

/** A new, empty folder for one pass. */
async function folderOf({ scratch }: Stand, name: string): Promise<AsyncDisposable & { path: string }> {
  const path = join(scratch, name);
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The documented way of Supabase: three plain dumps, gzip, age; back by psql in one transaction, and counts. */
export async function documentedWay(stand: Stand): Promise<number> {
  const { age, signal } = stand;
  if (age === null) throw new Error("age is not on this machine");
  await using from = await environment(stand.source, stand);
  await using copy = await emptyDatabase(stand.untuned, "documented");
  await using to = await environment(copy.target, stand);
  await using folder = await folderOf(stand, "documented");
  const cwd = folder.path;
  // Supabase's own schemas are there in a new project; a dump of theirs does not carry them.
  const platform = "pg_dump --schema-only --exclude-schema=public > platform.sql";
  await timed({ script: platform, env: from.env, cwd, signal });
  await timed({ script: "psql -Xq -f platform.sql >platform.log 2>&1 || true", env: to.env, cwd, signal });
  const packed = (file: string) => `gzip | age -r ${age.recipient} > ${file}.sql.gz.age`;
  const dump = [
    `${rolesDump} | ${roleLines} | ${packed("roles")}`,
    `${schemaDump} | ${lines} | ${packed("schema")}`,
    `${dataDump} | ${lines} | ${packed("data")}`,
  ].join("\n");
  const dumped = await timed({ script: dump, env: from.env, cwd, signal });
  const unpack = (file: string) => `age -d -i ${age.identity} ${file}.sql.gz.age | gunzip > ${file}.sql`;
  const restore = [
    ...["roles", "schema", "data"].map(unpack),
    "psql -Xq --single-transaction -v ON_ERROR_STOP=1 -f roles.sql -f schema.sql -c 'SET session_replication_role = replica' -f data.sql > log",
    `${counts} > copy.counts`,
  ].join("\n");
  const restored = await timed({ script: restore, env: to.env, cwd, signal });
  const counted = await timed({ script: `${counts} > source.counts`, env: from.env, cwd, signal });
  return dumped + restored + counted;
}

/** `pg_dump -Fc` and `pg_restore`, both as they come, into an untuned server. */
export async function defaultWay(stand: Stand): Promise<number> {
  await using from = await environment(stand.source, stand);
  await using copy = await emptyDatabase(stand.untuned, "defaults");
  await using to = await environment(copy.target, stand);
  await using folder = await folderOf(stand, "defaults");
  const common = { cwd: folder.path, signal: stand.signal };
  const dumped = await timed({ ...common, script: "pg_dump -Fc -f dump", env: from.env });
  return dumped + (await timed({ ...common, script: 'pg_restore -d "$PGDATABASE" dump', env: to.env }));
}

/** Goes a way, and gives null where that cannot be gone. */
export type Attempt = <T>(way: Way, work: () => Promise<T>) => Promise<T | null>;

/** What the same work takes with nothing proved, and then what restic takes for that dump. */
export async function floors(
  stand: Stand,
  attempt: Attempt,
): Promise<Pick<Round, "bareDump" | "floor" | "vaultFloor">> {
  await using from = await environment(stand.source, stand);
  await using copy = await emptyDatabase(stand.tuned, "floor");
  await using to = await environment(copy.target, stand);
  await using folder = await folderOf(stand, "floor");
  const common = { cwd: folder.path, signal: stand.signal };
  const dump = "pg_dump -Fd -j2 -Z0 --no-sync -f dump";
  const bareDump = await attempt("bare pg_dump", () => timed({ ...common, script: dump, env: from.env }));
  if (bareDump === null) return { bareDump, floor: null, vaultFloor: null };
  const restore = 'pg_restore -j2 -d "$PGDATABASE" dump';
  const restored = await attempt("floor", () => timed({ ...common, script: restore, env: to.env }));
  const env = {
    HOME: folder.path,
    RESTIC_REPOSITORY: join(folder.path, "vault"),
    RESTIC_PASSWORD: "bench",
    XDG_CACHE_HOME: join(folder.path, "cache"),
  };
  const vaultFloor = await attempt("restic alone", async () => {
    await timed({ ...common, script: "restic init -q", env });
    return await timed({ ...common, script: "restic backup -q dump\nrestic restore -q latest --target back", env });
  });
  return { bareDump, floor: restored === null ? null : bareDump + restored, vaultFloor };
}
