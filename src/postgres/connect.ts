import { readFile } from "node:fs/promises";
import pg from "pg";
import { postgresErrors } from "./errors.ts";
import { describeTarget } from "./target.ts";
import type { Session, Target } from "./types.ts";

/**
 * Settings that decide how a value reads as text, or that could filter or stop a long read. They are the same on both
 * sides of every comparison. `row_security = off` makes a query that RLS would filter an error instead of a lie.
 */
const pinned = `
  SET search_path = '';
  SET DateStyle = 'ISO, YMD';
  SET IntervalStyle = 'postgres';
  SET TimeZone = 'UTC';
  SET extra_float_digits = 3;
  SET bytea_output = 'hex';
  SET xmlbinary = 'base64';
  SET lc_monetary = 'C';
  SET client_encoding = 'UTF8';
  SET standard_conforming_strings = on;
  SET quote_all_identifiers = off;
  SET row_security = off;
  SET statement_timeout = 0;
  SET idle_in_transaction_session_timeout = 0;
  SET jit = off;
`;

export interface ConnectOptions {
  /** Every transaction of the session is READ ONLY. */
  readonly readOnly: boolean;
  /** Milliseconds until a server that does not answer is given up. */
  readonly timeout?: number;
  readonly applicationName?: string;
}

async function tlsOptions(target: Target): Promise<pg.ClientConfig["ssl"]> {
  if (target.sslmode === "disable" || target.host.startsWith("/")) return false;
  if (target.sslmode === "prefer") return false;
  if (target.sslmode === "require") return { rejectUnauthorized: false };
  const ca = target.sslrootcert === undefined ? undefined : await readFile(target.sslrootcert, "utf8");
  return {
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
    ...(target.sslmode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
  };
}

/**
 * Opens a connection with pinned settings.
 *
 * @throws postgres.unreachable where nothing answers, postgres.refused where the server says no
 */
export async function connect(target: Target, options: ConnectOptions): Promise<Session> {
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    ...(target.password === undefined ? {} : { password: target.password }),
    ssl: await tlsOptions(target),
    connectionTimeoutMillis: options.timeout ?? 15_000,
    application_name: options.applicationName ?? "ithaca",
    keepAlive: true,
  });
  // A connection that breaks between two queries reports it on the next query; without a listener it would end the process.
  client.on("error", () => {});
  const where = describeTarget(target);
  try {
    await client.connect();
  } catch (cause) {
    const error = cause as Error & { code?: string };
    // SQLSTATEs have five characters; what Node reports (ECONNREFUSED, ENOTFOUND, ...) has more.
    const answered = error.code !== undefined && /^[0-9A-Z]{5}$/.test(error.code);
    throw answered
      ? postgresErrors.refused({ where, why: error.message }, { cause })
      : postgresErrors.unreachable({ where, why: error.code ?? error.message }, { cause });
  }
  await client.query(pinned);
  if (options.readOnly) await client.query("SET default_transaction_read_only = on");
  const { rows } = await client.query<{ v: string; pid: number }>(
    "SELECT current_setting('server_version_num') AS v, pg_backend_pid() AS pid",
  );
  return {
    target,
    versionNum: Number(rows[0]?.v),
    backendPid: rows[0]?.pid ?? 0,
    async query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]) {
      const result = await client.query<Row>(sql, values === undefined ? undefined : [...values]);
      return result.rows;
    },
    async [Symbol.asyncDispose]() {
      await client.end().catch(() => {});
    },
  };
}
