import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { inject } from "vitest";
import { connect } from "../../src/postgres/connect.ts";
import { quoteIdentifier } from "../../src/postgres/quote.ts";
import { withDatabase } from "../../src/postgres/target.ts";
import type { Session, Target } from "../../src/postgres/types.ts";

/** Superuser access to this worker's server. */
export function testServer(): Target {
  const sockets = inject("serverSockets");
  // Vitest numbers its workers from 1.
  const host = sockets[(Number(process.env.VITEST_POOL_ID ?? 1) - 1) % sockets.length];
  if (host === undefined) throw new Error("the run has no test server");
  return { host, port: 5432, database: "postgres", user: "postgres", sslmode: "disable" };
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
  // Files are copied in half of the time that writing them to WAL takes, since nothing is synced here.
  const like = `TEMPLATE ${quoteIdentifier(template)} STRATEGY FILE_COPY`;
  await admin.query(`CREATE DATABASE ${quoteIdentifier(name)} ${like}`);
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

/**
 * Makes a database that tests of a file copy with `testDatabase(template.name)`: it is filled once. Dispose it in `afterAll`.
 *
 * @example
 * let template: TemplateDatabase;
 * beforeAll(async () => {
 *   template = await templateDatabase((session) => runSqlFile(session, "sql/fixtures/nasty.sql"));
 * });
 * afterAll(() => template[Symbol.asyncDispose]());
 */
export async function templateDatabase(fill: (session: Session) => Promise<unknown>): Promise<TemplateDatabase> {
  const database = await testDatabase();
  try {
    await fill(database.session);
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
  // A database can be copied only while nobody is connected to it.
  await database.session[Symbol.asyncDispose]();
  return { name: database.target.database, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

export interface TemplateDatabase extends AsyncDisposable {
  readonly name: string;
}

/** A role of a test's own. Disposing drops it, with what it owns and was granted in `database`. */
export interface TestRole extends AsyncDisposable {
  readonly name: string;
  /** The database as this role reaches it. */
  readonly target: Target;
}

/** Makes a role that may log in, with attributes such as `BYPASSRLS` or `IN ROLE pg_read_all_data`. */
export async function testRole(database: TestDatabase, attributes = ""): Promise<TestRole> {
  const name = `test_role_${randomBytes(6).toString("hex")}`;
  await database.session.query(`CREATE ROLE ${name} LOGIN ${attributes}`);
  return {
    name,
    target: { ...database.target, user: name },
    async [Symbol.asyncDispose]() {
      await using session = await connect(database.target, { readOnly: false });
      await session.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
    },
  };
}

/** Asks or changes a database over a session of its own, which may write. */
export async function ask<T>(target: Target, work: (session: Session) => Promise<T>): Promise<T> {
  await using session = await connect(target, { readOnly: false });
  return await work(session);
}

/** Runs a file of SQL statements, path relative to the repository. */
export async function runSqlFile(session: Session, path: string): Promise<void> {
  await session.query(await readFile(new URL(`../../${path}`, import.meta.url), "utf8"));
}
