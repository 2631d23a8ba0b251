import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type TemplateDatabase,
  type TestDatabase,
  templateDatabase,
  testDatabase,
} from "../../../test/support/database.ts";
import { hashesOf } from "../../../test/support/hashes.ts";
import { run } from "../../base/child-process.ts";
import { silentProgress } from "../../base/progress.ts";
import { type Scratch, scratchDirectory } from "../../base/scratch.ts";
import { fixtureChildId, loadInnerOdyssey } from "../../operations/load-fixture.ts";
import { findClient } from "../../postgres/clients.ts";
import { libpqEnvironment } from "../../postgres/libpq-environment.ts";
import type { Target } from "../../postgres/types.ts";
import { noDecisions } from "./columns.ts";
import { recoverTable } from "./recover-table.ts";
import type { TableRecoveryOptions } from "./types.ts";

let odyssey: TemplateDatabase;
let scratch: Scratch;
beforeAll(async () => {
  odyssey = await templateDatabase((session) =>
    loadInnerOdyssey(session.target, { families: 10, now: new Date("2026-11-22T02:00:00Z") }),
  );
  scratch = await scratchDirectory("table-test");
});
afterAll(async () => {
  await odyssey[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

let undoFiles = 0;

function recover(production: Target, backup: Target, more: Partial<TableRecoveryOptions> = {}) {
  undoFiles += 1;
  return recoverTable({
    production,
    backup,
    table: "public.children",
    mode: "missing-rows",
    withDependants: false,
    decisions: noDecisions,
    skipConflicts: false,
    execute: true,
    undoFile: join(scratch.path, `undo-${undoFiles}.sql`),
    lockSeconds: 2,
    hashKey: Buffer.alloc(32, 1),
    progress: silentProgress,
    signal: new AbortController().signal,
    ...more,
  });
}

/** Every table's hash; what only seconds differ in is the same. */
async function state({ session }: TestDatabase): Promise<Record<string, string>> {
  const tables = await hashesOf(session);
  return Object.fromEntries(Object.entries(tables).map(([name, { rows, hash }]) => [name, `${rows} ${hash}`]));
}

const differing = (a: Record<string, string>, b: Record<string, string>) =>
  Object.keys(a).filter((name) => a[name] !== b[name]);

async function runScript(target: Target, path: string): Promise<{ exitCode: number; stderr: string }> {
  const psql = await findClient("psql", 15);
  await using connection = await libpqEnvironment(target);
  return await run(psql.path, ["--no-psqlrc", "--quiet", "--file", path, "--dbname", target.database], {
    env: connection.env,
  });
}

test("children that were deleted with all that hung on them come back exactly, and so does the undo", async () => {
  await using before = await testDatabase(odyssey.name);
  await using production = await testDatabase(odyssey.name);
  await production.session.query("DELETE FROM public.children WHERE id = ANY ($1)", [
    [fixtureChildId(1, 0), fixtureChildId(2, 0)],
  ]);
  const disaster = await state(production);
  const lost = differing(await state(before), disaster);
  expect(lost).toEqual(expect.arrayContaining(["public.children", "public.user_progress", "public.emotion_logs"]));

  const preview = await recover(production.target, before.target, { withDependants: true, execute: false });
  expect(preview).toMatchObject({
    executed: false,
    blockers: [],
    undo: null,
    difference: { missing: 2, extra: 0, changed: 0 },
  });
  expect(await state(production)).toEqual(disaster);

  const done = await recover(production.target, before.target, { withDependants: true });
  expect(done.written).toEqual(preview.written);
  expect(done.checks.every(({ passed }) => passed)).toBe(true);
  // What the triggers wrote when the children were deleted is a trace of the incident and stays; nothing was added to it.
  const after = await state(production);
  expect(differing(await state(before), after)).toEqual(["public.security_access_log"]);
  expect(after["public.security_access_log"]).toBe(disaster["public.security_access_log"]);
  expect(done.closure.truncate_cascade.tables.map(({ table }) => table)).toContain('"public"."user_progress"');

  expect((await stat(done.undo ?? "")).mode & 0o777).toBe(0o600);
  expect(await runScript(production.target, done.undo ?? "")).toMatchObject({ exitCode: 0 });
  expect(await state(production)).toEqual(disaster);
  // A second time there is nothing to undo.
  const again = await runScript(production.target, done.undo ?? "");
  expect(again.exitCode).not.toBe(0);
  expect(again.stderr).toContain("not as the recovery left them");
});
