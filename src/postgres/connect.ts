import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import pg from "pg";
import { connectFault, faultOf, lacksTls, lossOf } from "./connection-faults.ts";
import { tlsOptions } from "./tls.ts";
import type { Session, Target } from "./types.ts";

const pinned = readFileSync(new URL("../../sql/postgres/pinned-settings.sql", import.meta.url), "utf8");

/** Milliseconds until a server that does not answer is given up, unless told otherwise. */
const patience = 15_000;

/** Milliseconds that a server has to close a connection which we end. */
const farewell = 5000;

export interface ConnectOptions {
  /** Every transaction of the session is READ ONLY. */
  readonly readOnly: boolean;
  /** Write also where the database closes new sessions to writers: a copy does, if its source did. */
  readonly insist?: boolean;
  /** Milliseconds until a server that does not answer is given up; 15,000 unless told otherwise. */
  readonly timeout?: number;
  readonly applicationName?: string;
}

/**
 * Opens a connection with pinned settings.
 *
 * Queries reject with the server's own error (`code` is its SQLSTATE), or with postgres.connection_lost.
 *
 * @throws one error of this room per reason for which a connection can fail, all of kind `surroundings`
 */
export async function connect(target: Target, options: ConnectOptions): Promise<Session> {
  return (await openSession(target, options)).session;
}

/** The same, with the driver's own connection: for this room, where rows are streamed. */
export async function openSession(
  target: Target,
  options: ConnectOptions,
): Promise<{ readonly session: Session; readonly client: pg.Client }> {
  const timeout = options.timeout ?? patience;
  const client = await open(target, options, timeout);
  try {
    const setup = `${pinned}
      ${options.readOnly || options.insist ? `SET default_transaction_read_only = ${options.readOnly ? "on" : "off"};` : ""}
      SELECT pg_catalog.current_setting('server_version_num')::int AS version_num, pg_catalog.pg_backend_pid() AS pid`;
    const [first] = rowsOf<{ version_num: number; pid: number }>(await client.query(setup));
    return { session: session(target, client, first?.version_num ?? 0, first?.pid ?? 0), client };
  } catch (error) {
    await close(client);
    throw lossOf(target, error) ?? error;
  }
}

/** A connection in which nothing is set: where it leads has to be known first. */
export interface UnsetConnection extends AsyncDisposable {
  /** The server's process that has answered this question. */
  pid(): Promise<number | undefined>;
}

/** Opens a connection that leaves the server's session as it is. Faults are told as those of `connect`. */
export async function connectUnset(target: Target, timeout = patience): Promise<UnsetConnection> {
  const client = await open(target, { readOnly: true }, timeout);
  return {
    async pid() {
      const sql = "SELECT pg_catalog.pg_backend_pid() AS pid";
      const { rows } = await client.query<{ pid: number }>(sql).catch((error: unknown) => {
        throw lossOf(target, error) ?? error;
      });
      return rows[0]?.pid;
    },
    [Symbol.asyncDispose]: () => close(client),
  };
}

function session(target: Target, client: pg.Client, versionNum: number, backendPid: number): Session {
  let closed: Promise<void> | undefined;
  return {
    target,
    versionNum,
    backendPid,
    async query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]) {
      try {
        return rowsOf<Row>(await client.query<Row>(sql, values === undefined ? undefined : [...values]));
      } catch (error) {
        throw lossOf(target, error) ?? error;
      }
    },
    async origins(sql: string) {
      try {
        const { fields } = await client.query(sql);
        return fields.map(({ name, tableID, columnID }) => ({
          name,
          from: tableID === 0 ? null : { relation: tableID, attribute: columnID },
        }));
      } catch (error) {
        throw lossOf(target, error) ?? error;
      }
    },
    async [Symbol.asyncDispose]() {
      closed ??= close(client);
      await closed;
    },
  };
}

/** Several statements in one string give several results; the last one counts. */
function rowsOf<Row extends pg.QueryResultRow>(result: pg.QueryResult<Row> | pg.QueryResult<Row>[]): Row[] {
  return (Array.isArray(result) ? result.at(-1)?.rows : result.rows) ?? [];
}

/** Connects, and with `sslmode=prefer` once more without TLS where the server has none or does not want it. */
async function open(target: Target, options: ConnectOptions, timeout: number): Promise<pg.Client> {
  const tls = await tlsOptions(target);
  try {
    return await attempt(target, tls, options, timeout);
  } catch (error) {
    const plainMayDo =
      lacksTls(error) || faultOf(error).code === "28000" || /^ERR_(SSL|TLS)|CERT|SSL/.test(faultOf(error).code);
    if (target.sslmode !== "prefer" || tls === false || !plainMayDo) throw connectFault(target, error, timeout);
  }
  try {
    return await attempt(target, false, options, timeout);
  } catch (error) {
    throw connectFault(target, error, timeout);
  }
}

async function attempt(
  target: Target,
  tls: false | ConnectionOptions,
  options: ConnectOptions,
  timeout: number,
): Promise<pg.Client> {
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    // A function, because without one the driver would look into our environment and ~/.pgpass.
    password: () => target.password ?? "",
    ssl: tls,
    ...(target.options === undefined ? {} : { options: target.options }),
    connectionTimeoutMillis: timeout,
    application_name: options.applicationName ?? "ithaca",
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  });
  // A connection that breaks between two queries reports it on the next query; without a listener it would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    // Not awaited: a server that never answered does not answer a farewell either.
    void close(client);
    throw error;
  }
}

/** Says goodbye. A network that swallows it would keep us until the operating system gives up, a quarter of an hour. */
async function close(client: pg.Client): Promise<void> {
  const impatience = setTimeout(() => client.connection.stream.destroy(), farewell);
  await client.end().catch(() => {});
  clearTimeout(impatience);
}
