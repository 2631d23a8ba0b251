import { afterAll, beforeAll, expect, test } from "vitest";
import { testBackup } from "../../test/support/backup.ts";
import { until } from "../../test/support/death.ts";
import type { Progress } from "../base/progress.ts";
import { startCluster } from "../postgres/cluster.ts";
import { connect } from "../postgres/connect.ts";
import { withDatabase } from "../postgres/target.ts";
import type { Session, Target, Throwaway } from "../postgres/types.ts";

// A server of its own: roles that other tests make would change what is asked here.
let server: Throwaway;
let target: Target;
let session: Session;

beforeAll(async () => {
  server = await startCluster();
  await using admin = await connect(server.target, { readOnly: false });
  await admin.query("CREATE DATABASE app");
  target = withDatabase(server.target, "app");
  session = await connect(target, { readOnly: false });
  await session.query("CREATE TABLE public.t (a int PRIMARY KEY); CREATE VIEW public.v AS SELECT a FROM public.t");
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await server.destroy();
});

/** A backup, the steps that it took and what it warned of; `meanwhile` happens at the first beginning of a step. */
async function backedUp(
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
  const names = backup.census.inventory.filter(({ kind }) => kind === "function" || kind === "view");
  return { steps, warnings, names: names.map(({ name }) => name), tables: Object.keys(backup.census.tables) };
}

test("definitions are read when the snapshot is released, where none changed", async () => {
  const { steps, warnings, names } = await backedUp();
  expect(steps.filter((step) => step === "Dump" || step === "Read the definitions")).toEqual([
    "Dump",
    "Read the definitions",
  ]);
  expect([names, warnings]).toEqual([["public.v"], []]);
});

test("what changes right after the snapshot starts it anew, and is read within the next", async () => {
  const define = () =>
    session.query("CREATE FUNCTION public.late() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP VIEW public.v");
  const { steps, warnings, names } = await backedUp({ "Read the definitions": define });
  expect(steps.filter((step) => step === "Dump" || step === "Read the definitions")).toEqual([
    "Dump",
    "Read the definitions",
    "Dump",
  ]);
  expect(names).toEqual(["public.late()"]);
  expect(warnings).toEqual(["Starting again: definitions changed right after the snapshot, before they were read."]);
});

test("whoever holds a table right after the snapshot is waited for as long as the plan allows, and met again at the next", async () => {
  await using other = await connect(target, { readOnly: false });
  const hold = () => other.query("BEGIN; LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE");
  await session.query("CREATE VIEW public.v AS SELECT a FROM public.t");
  await expect(backedUp({ "Read the definitions": hold }, { backup: { lock_timeout: "1s" } })).rejects.toMatchObject({
    id: "census.locked",
  });
});

test("whoever waits for the locks of a backup changes definitions once they are released: they are read before", async () => {
  await session.query("CREATE TABLE public.queue (a int)");
  await using other = await connect(target, { readOnly: false });
  let dropped: Promise<unknown> | undefined;
  const drop = async () => {
    dropped = other.query("DROP TABLE public.queue");
    await until(
      async () =>
        (await session.query("SELECT FROM pg_locks WHERE NOT granted AND pid = $1", [other.backendPid])).length > 0,
    );
  };
  const { steps, warnings, tables } = await backedUp({ "Look for changed definitions": drop });
  await dropped;
  expect(steps.filter((step) => step === "Dump" || step === "Read the definitions")).toEqual(["Dump"]);
  expect(tables).toContain("public.queue");
  expect(warnings).toEqual([]);
});
