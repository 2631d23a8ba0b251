import { firstError } from "../../backup/dump-errors.ts";
import { run } from "../../base/child-process.ts";
import { stopwatch } from "../../base/clock.ts";
import { connect } from "../../postgres/connect.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { withDatabase } from "../../postgres/target.ts";
import type { Target, Throwaway } from "../../postgres/types.ts";

/** A command and the variables that it runs with. */
export interface Command {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** Runs a line of shell and gives its seconds; the first error that a tool of it named where it fails, without values. */
export async function timed({ script, env, cwd, signal }: Command): Promise<number> {
  const seconds = stopwatch();
  const { exitCode, stderr } = await run("bash", ["-euo", "pipefail", "-c", script], { env, cwd, signal });
  signal.throwIfAborted();
  if (exitCode !== 0) throw new Error(`${firstError(stderr)} (exit code ${exitCode})`);
  return seconds();
}

/** An empty database on one of our servers, dropped at the end. */
export async function emptyDatabase(server: Throwaway, name: string): Promise<AsyncDisposable & { target: Target }> {
  const admin = await connect(withDatabase(server.target, "template1"), { readOnly: false });
  const quoted = quoteIdentifier(name);
  await admin.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${quoted} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'`);
  return {
    target: withDatabase(server.target, name),
    async [Symbol.asyncDispose]() {
      await admin.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
      await admin[Symbol.asyncDispose]();
    },
  };
}

/** Makes the source's roles on other servers, so that no way has to. */
export async function copyRoles(source: Target, servers: readonly Throwaway[]): Promise<void> {
  await using from = await connect(source, { readOnly: true });
  const roles = await from.query<{ name: string }>(
    "SELECT rolname::text AS name FROM pg_catalog.pg_roles WHERE oid >= 16384",
  );
  for (const server of servers) {
    await using to = await connect(server.target, { readOnly: false });
    for (const { name } of roles) {
      const known = await to.query("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [name]);
      if (known.length === 0) await to.query(`CREATE ROLE ${quoteIdentifier(name)} BYPASSRLS`);
    }
  }
}
