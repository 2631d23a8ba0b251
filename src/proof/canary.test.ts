import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { census, databasePlan, proofContext } from "../../test/support/proof.ts";
import { sourceCensus } from "../../test/support/role-views.ts";
import { run } from "../base/child-process.ts";
import { silentProgress } from "../base/progress.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { takeCopyCensus } from "../census/copy-census.ts";
import { wholeScope } from "../census/scope.ts";
import type { Census } from "../census/types.ts";
import { findClient } from "../postgres/clients.ts";
import { connect } from "../postgres/connect.ts";
import { libpqEnvironment } from "../postgres/libpq-environment.ts";
import { allChecks } from "./all-checks.ts";
import { narrowMismatches } from "./narrow/narrow.ts";
import { examineStorage } from "./physical/examine.ts";
import { runChecks } from "./run-checks.ts";
import type { TeamCheck } from "./types.ts";

/* Everything is harmed at once, so that every check has something to tell; none of it may be a row's text. */

const canary = `canary${randomBytes(8).toString("hex")}`;

const plan = databasePlan({
  critical_tables: ["public.people", "public.notes"],
  rls_tables: ["public.people"],
  orphans: [{ table: "public.notes", column: "person", references: "public.people", key: "mail" }],
  freshness: [{ table: "public.notes", column: "at", within: "1h" }],
  smoke: { table: "public.people", key: "mail" },
  // A role that every server has.
  role_views: {
    users: { table: "public.people", key: "mail", role: "pg_read_all_data" },
    app_roles: { table: "public.people", user: "mail", role: "secret" },
  },
});

const fixture = `
  CREATE TABLE public.people (mail text PRIMARY KEY, secret text DEFAULT '${canary} default');
  ALTER TABLE public.people ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON public.people USING (secret = '${canary} policy');
  COMMENT ON TABLE public.people IS '${canary} comment';
  CREATE TYPE public.label AS ENUM ('${canary} label');
  CREATE TABLE public.notes (person text REFERENCES public.people, body json, at timestamptz);
  CREATE TABLE public.tags (tag text UNIQUE);
  INSERT INTO public.tags VALUES ('${canary} tag');
  CREATE MATERIALIZED VIEW public.secrets AS SELECT secret FROM public.people;
  CREATE SEQUENCE public.s;
  CREATE FUNCTION public.f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE '${canary} raised'; END $$;
  INSERT INTO public.people SELECT '${canary}' || n || '@example.org', '${canary} secret' FROM generate_series(1, 40) n;
  INSERT INTO public.notes SELECT mail, '{"${canary}": 1}', '2026-11-22T02:00Z' FROM public.people;
  REFRESH MATERIALIZED VIEW public.secrets;
  SELECT lo_from_bytea(0, '${canary}');
`;

const damage = `
  SET session_replication_role = replica;
  UPDATE public.people SET secret = '${canary} changed' WHERE mail LIKE '%1@%';
  DELETE FROM public.people WHERE mail LIKE '%3@%';
  DELETE FROM public.notes WHERE person LIKE '%4@%';
  UPDATE public.notes SET at = '1999-01-01';
  ALTER TABLE public.people ALTER secret SET DEFAULT '${canary} other default', DISABLE ROW LEVEL SECURITY;
  ALTER POLICY own ON public.people USING (secret = '${canary} other policy');
  COMMENT ON TABLE public.people IS '${canary} other comment';
  ALTER TYPE public.label RENAME VALUE '${canary} label' TO '${canary} other label';
  SELECT setval('public.s', 99);
  SELECT lo_from_bytea(0, '${canary} too');
  REFRESH MATERIALIZED VIEW public.secrets;
  UPDATE public.people SET secret = '${canary} after the refresh';
  UPDATE pg_index SET indisready = false WHERE indrelid = 'public.tags'::regclass;
  INSERT INTO public.tags VALUES ('${canary} tag');
  UPDATE pg_index SET indisready = true WHERE indrelid = 'public.tags'::regclass;
  ALTER TABLE public.tags ADD CONSTRAINT tidy CHECK (tag <> '${canary} tag') NOT VALID;
  UPDATE pg_constraint SET convalidated = true WHERE conname = 'tidy';
`;

const earlier = [20, 21].map((day) => ({
  id: `backup-${day}`,
  taken_at: `2026-11-${day}T02:00:00.000Z`,
  size_bytes: 1e9,
  rows: 1e6,
  table_rows: { "public.people": 1e6 },
}));

const team = (name: string, severity: TeamCheck["severity"], sql: string): TeamCheck => ({
  name,
  severity,
  reason: "a rule of the team",
  file: `${name}.sql`,
  sql,
});

test("no row's text is in anything that the checks say, however much is wrong", async () => {
  await using database = await testDatabase();
  await using scratch = await scratchDirectory("canary");
  const { session, target } = database;
  await session.query(fixture);
  const takeCensus = (expected: Census) =>
    takeCopyCensus({ target, scope: wholeScope, database: plan, expected, workers: 1, progress: silentProgress });
  const first = await takeCensus(census());
  await session.query("SET search_path = ''");
  const samples = Array.from({ length: 10 }, (_, n) => ({
    table: "public.people",
    key: `${canary}${n + 1}@example.org`,
    hash: "1:1",
  }));
  const { role_views } = await sourceCensus(target, plan);
  if (role_views === undefined) throw new Error("the roles were not asked");
  const expected = { ...first, taken_at: "2026-11-22T02:00:00.000Z", samples, role_views };
  const dump = await findClient("pg_dump", 15);
  await using connection = await libpqEnvironment(target);
  expect((await run(dump.path, ["-Fd", "-Z0", "-f", join(scratch.path, "dump")], connection)).exitCode).toBe(0);
  await session.query(damage);

  await using reader = await connect(target, { readOnly: true });
  const context = proofContext({
    database: plan,
    expected,
    copy: await takeCensus(expected),
    session: reader,
    recordedDigest: "00".repeat(32),
    measured: { rtoSeconds: 1e6, rpoSeconds: 1e6 },
    restoreErrors: [{ message: "it failed", object: "TABLE public people", allowed_by: null }],
    history: earlier,
    examine: () => examineStorage(target, "full", 1),
    hashKey: randomBytes(32),
    teamChecks: [
      team("people", "error", "SELECT mail, secret FROM people"),
      team("notes", "warning", "SELECT body FROM notes"),
      team("raises", "error", "SELECT f()"),
    ],
  });
  const { checks, notCovered } = await runChecks(context, silentProgress);
  const told = await narrowMismatches({ context, checks, directory: scratch.path, target, progress: silentProgress });
  const bad = told.filter(({ status, findings }) => status !== "passed" || findings.length > 0).map(({ id }) => id);
  expect(bad.sort()).toEqual(
    [...allChecks(context.teamChecks).map(({ id }) => id)].filter((id) => id !== "isolation.throwaway").sort(),
  );
  expect(told.flatMap(({ findings }) => findings).length).toBeGreaterThan(60);
  expect(JSON.stringify([told, notCovered])).not.toContain(canary);
});
