import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, testServer } from "../../test/support/database.ts";
import { startCluster } from "./cluster.ts";
import { connect } from "./connect.ts";
import { proveNotSource } from "./not-production.ts";
import { assertOwnServerSession } from "./pooler.ts";
import type { Session, Throwaway } from "./types.ts";

let other: Throwaway;
beforeAll(async () => {
  other = await startCluster();
});
afterAll(() => other.destroy());

test("the same server is refused, whatever the database, and the lock does not stay", async () => {
  await using source = await testDatabase();
  await using reader = await connect(source.target, { readOnly: true });
  await using throwaway = await connect(testServer(), { readOnly: false });
  await expect(proveNotSource(throwaway, reader, "any")).rejects.toMatchObject({
    id: "postgres.throwaway_is_source",
    kind: "input",
  });
  const locks = await throwaway.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = $1", [
    reader.backendPid,
  ]);
  expect(locks).toEqual([]);
});

test("the same server is refused from inside the source's read-only snapshot", async () => {
  await using source = await connect(testServer(), { readOnly: true });
  await source.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await using throwaway = await connect(testServer(), { readOnly: false });
  await expect(proveNotSource(throwaway, source, null)).rejects.toThrow("the very server");
  await source.query("COMMIT");
});

test("another server is accepted, even one that holds locks of its own", async () => {
  await using source = await connect(testServer(), { readOnly: true });
  await using throwaway = await connect(other.target, { readOnly: false });
  await throwaway.query("SELECT pg_advisory_lock(1), pg_advisory_lock(1, 2)");
  expect(await proveNotSource(throwaway, source, null)).toBe("advisory-lock");
});

test("without a source to ask the throwaway's own marker is demanded", async () => {
  await using throwaway = await connect(other.target, { readOnly: false });
  const marker = "ithaca throwaway 4711";
  await expect(proveNotSource(throwaway, null, marker)).rejects.toMatchObject({ id: "postgres.throwaway_unproven" });
  await throwaway.query(`COMMENT ON DATABASE postgres IS '${marker}'`);
  expect(await proveNotSource(throwaway, null, marker)).toBe("marker");
  await expect(proveNotSource(throwaway, null, "another run's")).rejects.toThrow("no marker of this run");
  await expect(proveNotSource(throwaway, null, null)).rejects.toThrow("no marker of this run");
});

test("a source that does not keep its lock proves nothing", async () => {
  await using real = await connect(testServer(), { readOnly: true });
  // What a pooler in transaction mode does: the lock was taken in another server session, which has ended since.
  const forgetful: Session = {
    ...real,
    query: (sql, values) => (sql.includes("pg_advisory_lock") ? Promise.resolve([]) : real.query(sql, values)),
  };
  await using throwaway = await connect(other.target, { readOnly: false });
  await expect(proveNotSource(throwaway, forgetful, null)).rejects.toMatchObject({ id: "postgres.throwaway_unproven" });
});

test("a standby's locks say nothing about its primary", async () => {
  await using real = await connect(testServer(), { readOnly: true });
  const standby = { ...real, query: real.query };
  standby.query = async <Row extends object>(sql: string, values?: readonly unknown[]) =>
    sql.includes("pg_is_in_recovery") ? ([{ standby: true }] as unknown as Row[]) : real.query<Row>(sql, values);
  await using throwaway = await connect(other.target, { readOnly: false });
  await expect(proveNotSource(throwaway, standby, null)).rejects.toThrow("the source is a standby");
});

test("a session of its own is told from one that a pooler lends in turn", async () => {
  await using session = await connect(testServer(), { readOnly: true });
  await assertOwnServerSession(session);
  await using another = await connect(testServer(), { readOnly: true });
  let turn = 0;
  const lent: Session = {
    ...session,
    query: (sql, values) => (turn++ % 2 === 0 ? session : another).query(sql, values),
  };
  await expect(assertOwnServerSession(lent)).rejects.toMatchObject({
    id: "postgres.transaction_pooler",
    kind: "input",
  });
});
