import { randomBytes, randomUUID } from "node:crypto";
import { type Clock, systemClock } from "../base/clock.ts";
import { IthacaError } from "../base/errors.ts";
import { connect } from "./connect.ts";
import { faultOf } from "./connection-faults.ts";
import { postgresErrors } from "./errors.ts";
import { adoptInitialDatabase } from "./initial-database.ts";
import { creationAttempts, type DatabaseLocale, lacksLocale } from "./locale.ts";
import { type Distinction, proveNotSource, refuseSameServer } from "./not-production.ts";
import { quoteIdentifier, quoteLiteral } from "./quote.ts";
import { majorOf } from "./server-facts.ts";
import { sqlFile } from "./sql-files.ts";
import { describeTarget, withDatabase } from "./target.ts";
import { databaseExists, dropAnyhow, dropDatabase, sweepLeftovers } from "./throwaway-drop.ts";
import { dropWhenKilled } from "./throwaway-will.ts";
import type { Session, Target, Throwaway } from "./types.ts";

const foreignContentSql = sqlFile("foreign-content");

export interface ThrowawayDatabaseOptions extends DatabaseLocale {
  /** The source's database: its copy bears this name on a private cluster, and a name that hints at it elsewhere. */
  readonly name: string;
  /** The private cluster that `admin` belongs to. The database then owns it: destroying one destroys both. */
  readonly cluster?: Throwaway;
  /** Nothing else will be created on the private cluster: what initdb put beside it goes, 15 MB that nobody needs. */
  readonly alone?: boolean;
  /** A session on the source, null where it cannot be asked: see `proveNotSource`. Without it nothing is shown. */
  readonly source?: Session | null;
  readonly clock?: Clock;
}

/** An empty database that is ours to fill and to destroy. */
export interface ThrowawayDatabase extends Throwaway {
  /** The comment that it was born with; empty on a private cluster. */
  readonly marker: string;
  /** How it was shown not to be the source's server. */
  readonly notProduction: "own-cluster" | Distinction | "none";
  /** What could not be made like the source. */
  readonly notCovered: readonly { readonly what: string; readonly why: string }[];
}

/**
 * Creates one empty database, with the source's encoding and locale, from template0.
 *
 * On a server that others gave us (`ITHACA_THROWAWAY_URL`) it is named `ithaca_throwaway_<key>_<name>`, marked by a
 * comment, and owned by an advisory lock with that key, which this process holds as long as it lives. So a later run
 * can tell what a killed one has left from what is in use, and drops it. The server must be a superuser's, and must hold
 * no database but PostgreSQL's, Supabase's and ours, nor any application table in the database that the URL names.
 *
 * @throws postgres.throwaway_not_superuser, postgres.throwaway_not_empty, postgres.throwaway_is_source,
 *   postgres.throwaway_unproven, postgres.throwaway_failed, and what `connect` throws
 */
export async function createThrowawayDatabase(
  admin: Target,
  options: ThrowawayDatabaseOptions,
): Promise<ThrowawayDatabase> {
  return options.cluster === undefined ? onServer(admin, options) : onCluster(options.cluster, options);
}

/** Drops what killed runs have left on a server, and gives the names. */
export async function sweepThrowaways(admin: Target): Promise<string[]> {
  await using session = await connect(admin, { readOnly: false });
  return await sweepLeftovers(session);
}

async function onCluster(cluster: Throwaway, options: ThrowawayDatabaseOptions): Promise<ThrowawayDatabase> {
  // Not from `postgres`, which may become the copy, or be dropped because the copy bears its name.
  await using admin = await connect(withDatabase(cluster.target, "template1"), { readOnly: false });
  const name = options.name.startsWith("template") ? `copy_of_${options.name}` : options.name;
  const alone = options.alone === true;
  const notCovered =
    alone && (await adoptInitialDatabase(admin, name, options)) ? [] : await replace(admin, name, options);
  const unneeded = alone ? ["template0", "postgres"].filter((initial) => initial !== name) : [];
  for (const initial of unneeded) await dropDatabase(admin, initial);
  return {
    kind: "cluster",
    target: withDatabase(cluster.target, name),
    versionNum: cluster.versionNum,
    isolation: cluster.isolation,
    marker: "",
    notProduction: "own-cluster",
    notCovered,
    destroy: () => cluster.destroy(),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

async function onServer(target: Target, options: ThrowawayDatabaseOptions): Promise<ThrowawayDatabase> {
  const key = randomBytes(8);
  const name = throwawayName(key, options.name);
  const lockKey = key.readBigInt64BE().toString();
  const now = (options.clock ?? systemClock).now();
  const marker = `ithaca throwaway ${randomUUID()} created ${now.toISOString()}`;

  await using resources = new AsyncDisposableStack();
  const admin = resources.use(await connect(target, { readOnly: false, applicationName: "ithaca-throwaway" }));
  if (options.source) await refuseSameServer(admin, options.source);
  await refuseUnfit(admin);
  await sweepLeftovers(admin);
  await admin.query("SELECT pg_advisory_lock($1::bigint)", [lockKey]);
  const will = await dropWhenKilled(target, name, lockKey);
  if (will !== null) resources.use(will);
  resources.defer(() => dropAnyhow(admin, name));
  const notCovered = await create(admin, name, options);
  await admin.query(`COMMENT ON DATABASE ${quoteIdentifier(name)} IS ${quoteLiteral(marker)}`);
  const copy = withDatabase(target, name);
  const notProduction = await distinguish(copy, options.source, marker);

  const held = resources.move();
  let ended: Promise<boolean> | undefined;
  const destroy = () => {
    // A server that cannot be asked may still hold it.
    ended ??= held
      .disposeAsync()
      .then(() => isGone(target, name))
      .catch(() => false);
    return ended;
  };
  return {
    kind: "service",
    target: copy,
    versionNum: admin.versionNum,
    isolation: { osUser: null, networkless: false },
    marker,
    notProduction,
    notCovered,
    destroy,
    async [Symbol.asyncDispose]() {
      await destroy();
    },
  };
}

/** `ithaca_throwaway_<16 hex digits>_<hint>`, at most 63 bytes. */
export function throwawayName(key: Buffer, hint: string): string {
  const plain = hint.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  return `ithaca_throwaway_${key.toString("hex")}_${plain}`.slice(0, 63);
}

async function refuseUnfit(admin: Session): Promise<void> {
  const where = describeTarget(admin.target);
  const [role] = await admin.query<{ user: string; superuser: boolean }>(
    "SELECT rolname AS user, rolsuper AS superuser FROM pg_roles WHERE rolname = current_user",
  );
  if (!role?.superuser) throw postgresErrors.throwaway_not_superuser({ where, user: role?.user ?? admin.target.user });
  const foreign = await admin.query<{ holds: string }>(foreignContentSql);
  if (foreign.length > 0) throw postgresErrors.throwaway_not_empty({ where, holds: foreign.map((row) => row.holds) });
}

/** On a server that is ours whatever bears the name may go. */
async function replace(admin: Session, name: string, locale: DatabaseLocale): Promise<ThrowawayDatabase["notCovered"]> {
  await dropDatabase(admin, name);
  return await create(admin, name, locale);
}

/** Creates the database as faithfully as the server can, and says what it could not. */
async function create(admin: Session, name: string, locale: DatabaseLocale): Promise<ThrowawayDatabase["notCovered"]> {
  let last: unknown;
  for (const { sql, givesUp } of creationAttempts(name, locale, majorOf(admin.versionNum))) {
    try {
      await admin.query(sql);
      return givesUp === null ? [] : [{ what: "locale of the database", why: givesUp }];
    } catch (error) {
      last = error;
      if (!lacksLocale(faultOf(error).code)) break;
    }
  }
  if (last instanceof IthacaError) throw last;
  throw postgresErrors.throwaway_failed(
    { where: describeTarget(admin.target), why: faultOf(last).message },
    { cause: last },
  );
}

async function distinguish(
  copy: Target,
  source: Session | null | undefined,
  marker: string,
): Promise<ThrowawayDatabase["notProduction"]> {
  if (source === undefined) return "none";
  await using session = await connect(copy, { readOnly: true });
  return await proveNotSource(session, source, marker);
}

async function isGone(target: Target, name: string): Promise<boolean> {
  await using session = await connect(target, { readOnly: true });
  return !(await databaseExists(session, name));
}
