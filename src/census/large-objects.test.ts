import { expect, test } from "vitest";
import { testRole } from "../../test/support/backup.ts";
import { testDatabase } from "../../test/support/database.ts";
import { connect } from "../postgres/connect.ts";
import type { Session } from "../postgres/types.ts";
import { largeObjectAccess, readLargeObjects } from "./large-objects.ts";
import { reading } from "./transaction.ts";

const read = (session: Session) => reading(session, {}, () => readLargeObjects(session));

test("content, size and number of large objects count, their order does not", async () => {
  await using database = await testDatabase();
  const { session } = database;
  expect(await read(session)).toEqual({ count: 0, hash: "0:0" });
  const seen = new Set<string>();
  const changes = [
    "SELECT lo_from_bytea(70001, '')",
    "SELECT lo_from_bytea(70002, repeat('x', 9000000)::bytea)",
    "SELECT lo_put(70001, 0, 'a')",
    // A trailing zero, and a byte beyond the first piece.
    "SELECT lo_put(70001, 1, '\\x00')",
    "SELECT lo_put(70002, 8999999, 'y')",
    "SELECT lo_unlink(70001)",
  ];
  for (const change of changes) {
    await session.query(change);
    const hash = (await read(session))?.hash ?? "";
    expect(seen).not.toContain(hash);
    seen.add(hash);
  }
  await session.query("SELECT lo_from_bytea(70001, 'z')");
  const one = await read(session);
  await session.query("SELECT lo_unlink(70002); SELECT lo_unlink(70001)");
  await session.query("SELECT lo_from_bytea(70001, 'z'), lo_from_bytea(70002, (repeat('x', 8999999) || 'y')::bytea)");
  expect(await read(session)).toEqual(one);
});

test("a role that may not read them is found out without harm to the transaction", async () => {
  await using database = await testDatabase();
  await using role = await testRole(database, "BYPASSRLS", ["pg_read_all_data"]);
  await using session = await connect(role.target, { readOnly: true });
  const access = () => reading(session, {}, () => largeObjectAccess(session));
  expect(await access()).toBe("none");
  await database.session.query("SELECT lo_from_bytea(70001, 'secret')");
  await reading(session, {}, async () => {
    expect(await largeObjectAccess(session)).toBe("forbidden");
    expect(await session.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
  await database.session.query(`GRANT SELECT ON LARGE OBJECT 70001 TO "${role.name}"`);
  expect(await access()).toBe("readable");
});
