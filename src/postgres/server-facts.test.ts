import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase, testRole } from "../../test/support/database.ts";
import { connect } from "./connect.ts";
import { assertMayRead, readServerFacts } from "./server-facts.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test("the facts of a superuser's session", async () => {
  const facts = await readServerFacts(database.session);
  expect(facts).toMatchObject({
    versionNum: database.session.versionNum,
    database: database.target.database,
    encoding: "UTF8",
    collate: "C.UTF-8",
    ctype: "C.UTF-8",
    localeProvider: "libc",
    icuLocale: null,
    user: "postgres",
    superuser: true,
    bypassRls: true,
    readsAllData: true,
    inRecovery: false,
  });
  expect(facts.sizeBytes).toBeGreaterThan(1_000_000);
  expect(() => assertMayRead(facts)).not.toThrow();
});

test("an ICU database says its locale", async () => {
  const name = `${database.target.database}_icu`;
  await database.session.query(`CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-AT'`);
  try {
    await using session = await connect({ ...database.target, database: name }, { readOnly: true });
    expect(await readServerFacts(session)).toMatchObject({ localeProvider: "icu", icuLocale: "de-AT" });
  } finally {
    await database.session.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }
});

test("a role without BYPASSRLS is refused by name, with what to do", async () => {
  await using role = await testRole(database, "IN ROLE pg_read_all_data");
  await using session = await connect(role.target, { readOnly: true });
  const facts = await readServerFacts(session);
  expect(facts).toMatchObject({ superuser: false, bypassRls: false, readsAllData: true });
  expect(() => assertMayRead(facts)).toThrow(`ALTER ROLE "${role.name}" BYPASSRLS`);
});

test("BYPASSRLS and pg_read_all_data are enough", async () => {
  await using role = await testRole(database, "BYPASSRLS IN ROLE pg_read_all_data");
  await using session = await connect(role.target, { readOnly: true });
  const facts = await readServerFacts(session);
  expect(() => assertMayRead(facts)).not.toThrow();
});
