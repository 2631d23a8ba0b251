import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { awaitRecoveryLock, holdRecoveryLock } from "./lock.ts";

const never = new AbortController().signal;
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test("one recovery at a time, whichever database of the server the other is connected to", async () => {
  await using _held = await holdRecoveryLock(database.target);
  await expect(holdRecoveryLock(database.target)).rejects.toMatchObject({ id: "recovery.locked" });
});

test("a server that is down for now is waited for; one that is locked is not", async () => {
  const role = `late_${database.target.database}`;
  await database.session.query(`CREATE ROLE ${role} NOLOGIN SUPERUSER`);
  const late = { ...database.target, user: role };
  await expect(awaitRecoveryLock(late, 1, never)).rejects.toMatchObject({ kind: "surroundings" });
  setTimeout(() => void database.session.query(`ALTER ROLE ${role} LOGIN`), 500);
  {
    await using _held = await awaitRecoveryLock(late, 30, never);
    await expect(awaitRecoveryLock(late, 30, never)).rejects.toMatchObject({ id: "recovery.locked" });
  }
  await database.session.query(`ALTER ROLE ${role} NOLOGIN`);
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("a person")), 100);
  await expect(awaitRecoveryLock(late, 30, stop.signal)).rejects.toThrow("a person");
  await database.session.query(`DROP ROLE ${role}`);
});
