import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { inject } from "vitest";
import { connect } from "../../src/postgres/connect.ts";
import { quoteIdentifier } from "../../src/postgres/quote.ts";
import { withDatabase } from "../../src/postgres/target.ts";
import type { Session, Target } from "../../src/postgres/types.ts";

/** Superuser access to the server that all test files share. */
export function testServer(): Target {
  return { host: inject("serverSocket"), port: 5432, database: "postgres", user: "postgres", sslmode: "disable" };
}

/** A database of a test's own. Disposing drops it. */
export interface TestDatabase extends AsyncDisposable {
  readonly target: Target;
  /** A superuser session that may write. */
  readonly session: Session;
}

/** Makes a database, as a copy of `template` where one is given: milliseconds instead of a load. */
export async function testDatabase(template = "template0"): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  const server = testServer();
  const admin = await connect(server, { readOnly: false });
  await admin.query(`CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE ${quoteIdentifier(template)}`);
  const target = withDatabase(server, name);
  const session = await connect(target, { readOnly: false });
  return {
    target,
    session,
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await admin.query(`DROP DATABASE ${quoteIdentifier(name)} WITH (FORCE)`);
      await admin[Symbol.asyncDispose]();
    },
  };
}

/** Runs a file of SQL statements, path relative to the repository. */
export async function runSqlFile(session: Session, path: string): Promise<void> {
  await session.query(await readFile(new URL(`../../${path}`, import.meta.url), "utf8"));
}
