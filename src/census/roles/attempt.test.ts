import { beforeAll, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { attemptAll } from "./attempt.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  return () => database[Symbol.asyncDispose]();
});

test("many questions share a query, and those that are refused take no other with them", async () => {
  const { session } = database;
  const selects = Array.from({ length: 90 }, (_, n) =>
    n === 7 || n === 88
      ? `SELECT 1 / (n - n) AS answer FROM generate_series(1, 2) n`
      : `SELECT ${n} AS answer WHERE ${n} <> 5`,
  );
  await session.query("BEGIN READ ONLY");
  const query = vi.spyOn(session, "query");
  const answers = await attemptAll<{ answer: number }>(session, selects);
  const asked = query.mock.calls.filter(([sql]) => sql.startsWith("SELECT")).length;
  query.mockRestore();
  expect(answers.map((rows) => rows?.map(({ answer }) => answer))).toEqual(
    selects.map((_, n) => (n === 7 || n === 88 ? undefined : n === 5 ? [] : [n])),
  );
  expect(asked).toBeLessThan(30);
  // The transaction goes on.
  expect(await session.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await session.query("ROLLBACK");
});

test("nothing to ask is nothing asked, and a connection that is gone is no refusal", async () => {
  const { session } = database;
  expect(await attemptAll(session, [])).toEqual([]);
  await session.query("BEGIN READ ONLY");
  await expect(attemptAll(session, ["SELECT pg_terminate_backend(pg_backend_pid())", "SELECT true"])).rejects.toThrow();
});
