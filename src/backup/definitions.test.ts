import { expect, test } from "vitest";
import { testBackup, testRole } from "../../test/support/backup.ts";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { until } from "../../test/support/death.ts";
import type { Progress } from "../base/progress.ts";
import { wholeScope } from "../census/scope.ts";
import { connect } from "../postgres/connect.ts";
import type { Session, Target } from "../postgres/types.ts";
import { definitionsAfter, markOf } from "./definitions.ts";

// Nobody else changes a definition meanwhile: a test's server has one test file at a time.
async function withView(): Promise<TestDatabase> {
  const database = await testDatabase();
  await database.session.query(
    "CREATE TABLE public.t (a int PRIMARY KEY); CREATE VIEW public.v AS SELECT a FROM public.t",
  );
  return database;
}

/** A backup, how it read and what it warned of; `meanwhile` happens at the first beginning of a step. */
async function backedUp(
  target: Target,
  meanwhile: Readonly<Record<string, () => Promise<unknown>>> = {},
  plan: Record<string, unknown> = {},
) {
  const steps: string[] = [];
  const warnings: string[] = [];
  const progress: Progress = {
    async step(name, inner) {
      steps.push(name);
      if (steps.filter((step) => step === name).length === 1) await meanwhile[name]?.();
      return inner(() => {});
    },
    warn: (text) => void warnings.push(text),
  };
  await using backup = await testBackup(target, { progress, plan });
  const named = backup.census.inventory.filter(({ kind }) => kind === "function" || kind === "view");
  return {
    read: steps.filter((step) => step === "Dump" || step === "Read the definitions"),
    warnings,
    names: named.map(({ name }) => name),
    tables: Object.keys(backup.census.tables),
    notCovered: backup.census.not_covered.map(({ what }) => what),
  };
}

test("definitions are read when the snapshot is released, where none changed", async () => {
  await using database = await withView();
  const { read, warnings, names } = await backedUp(database.target);
  expect({ read, warnings, names }).toEqual({
    read: ["Dump", "Read the definitions"],
    warnings: [],
    names: ["public.v"],
  });
});

test("what changes right after the snapshot starts it anew, and is read within the next", async () => {
  await using database = await withView();
  const define = () =>
    database.session.query("CREATE FUNCTION public.late() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP VIEW public.v");
  const { read, warnings, names } = await backedUp(database.target, { "Read the definitions": define });
  expect(read).toEqual(["Dump", "Read the definitions", "Dump"]);
  expect(names).toEqual(["public.late()"]);
  expect(warnings).toEqual(["Starting again: definitions changed right after the snapshot, before they were read."]);
});

test("a catalog that changed, though no definition did, is read within the snapshot", async () => {
  await using database = await withView();
  const change = () => database.session.query("CREATE TEMP TABLE somebodys (a int)");
  const { read, warnings, names } = await backedUp(database.target, { Dump: change });
  expect({ read, warnings, names }).toEqual({ read: ["Dump"], warnings: [], names: ["public.v"] });
});

test("a role that may not read all of the catalog reads within the snapshot what it may", async () => {
  await using database = await withView();
  await using role = await testRole(database, "BYPASSRLS");
  await database.session.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role.name}`);
  const { read, names, notCovered } = await backedUp(role.target);
  expect({ read, names }).toEqual({ read: ["Dump"], names: ["public.v"] });
  expect(notCovered).toContainEqual(expect.stringMatching(/^the definition of every /));
});

test("whoever holds a table right after the snapshot is waited for as the plan allows, and met again at the next", async () => {
  await using database = await withView();
  await using other = await connect(database.target, { readOnly: false });
  const hold = () => other.query("BEGIN; LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE");
  const plan = { backup: { lock_timeout: "1s" } };
  await expect(backedUp(database.target, { "Read the definitions": hold }, plan)).rejects.toMatchObject({
    id: "census.locked",
  });
});

test("whoever waits for a lock changes definitions once ours are released: they are read before", async () => {
  await using database = await withView();
  const { session, target } = database;
  await session.query("CREATE TABLE public.queue (a int)");
  await using other = await connect(target, { readOnly: false });
  let dropped: Promise<unknown> | undefined;
  const drop = async () => {
    dropped = other.query("DROP TABLE public.queue");
    const waits = "SELECT FROM pg_locks WHERE NOT granted AND pid = $1";
    await until(async () => (await session.query(waits, [other.backendPid])).length > 0);
  };
  const { read, warnings, tables } = await backedUp(target, { "Look for changed definitions": drop });
  await dropped;
  expect({ read, warnings }).toEqual({ read: ["Dump"], warnings: [] });
  expect(tables).toContain("public.queue");
});

test("what changes while late definitions are being read makes them worthless", async () => {
  await using database = await withView();
  await using reader = await connect(database.target, { readOnly: true });
  const mark = (await markOf(reader, {})) ?? "";
  const late = { scope: wholeScope, mark, lockTimeout: 1000 };
  expect((await definitionsAfter(reader, late))?.objects).toContainEqual(
    expect.objectContaining({ kind: "view", name: "public.v" }),
  );
  // The transaction has begun, and its own view of the catalog is the old one.
  const disturbed: Session = {
    ...reader,
    async query(sql, values) {
      if (sql === "SAVEPOINT inventory") {
        await database.session.query("CREATE FUNCTION public.late() RETURNS int LANGUAGE sql AS 'SELECT 1'");
      }
      return await reader.query(sql, values);
    },
  };
  expect(await definitionsAfter(disturbed, late)).toBeNull();
});
