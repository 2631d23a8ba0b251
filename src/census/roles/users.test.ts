import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { databasePlan } from "../../../test/support/proof.ts";
import { listRelations } from "../relations.ts";
import { drawUsers } from "./users.ts";

const seed = 7;

/** 100 users; all have a role of their own, every second one is a reader, the first one an owner besides. */
const schema = `
  CREATE SCHEMA app;
  CREATE TABLE app.users (id integer PRIMARY KEY);
  INSERT INTO app.users SELECT generate_series(1, 100);
  CREATE TABLE app.roles (user_id integer, role text);
  INSERT INTO app.roles SELECT n, 'reader' FROM generate_series(2, 100, 2) n;
  INSERT INTO app.roles VALUES (1, 'owner'), (2, 'owner');`;

const users = { table: "app.users", per_role: 1 };
const app_roles = { table: "app.roles", user: "user_id", role: "role" };

test("of each role, and of those without any, five times as many are drawn as will be asked", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(schema);
  const relations = await listRelations(session);
  const draw = () => drawUsers(session, relations, databasePlan({ role_views: { users, app_roles } }), seed);
  const drawn = await draw();
  const count = (role: string) => drawn.users.filter(({ drawn_of }) => drawn_of.includes(role)).length;
  expect([count("owner"), drawn.users.filter(({ drawn_of }) => drawn_of.length === 0).length]).toEqual([2, 5]);
  expect(count("reader")).toBeGreaterThanOrEqual(5);
  expect(count("reader")).toBeLessThanOrEqual(6);
  expect(await draw(), "the same seed draws the same, in the same order").toEqual(drawn);
});

test("a column that holds a role of each user's own is not one of roles: some of them are drawn of, not all", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`${schema} INSERT INTO app.roles SELECT n, 'team ' || n FROM generate_series(1, 100) n;`);
  const plan = databasePlan({ role_views: { users, app_roles } });
  const { users: drawn } = await drawUsers(session, await listRelations(session), plan, seed);
  expect(new Set(drawn.flatMap(({ drawn_of }) => drawn_of)).size).toBeLessThanOrEqual(20);
  expect(
    drawn.some(({ app_roles, drawn_of }) => app_roles.length > drawn_of.length),
    "others are told",
  ).toBe(true);
});
