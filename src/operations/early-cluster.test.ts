import { chmod, readdir } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { scratchDirectory } from "../base/scratch.ts";
import { connect } from "../postgres/connect.ts";
import { majorOf } from "../postgres/server-facts.ts";
import { earlyCluster } from "./early-cluster.ts";

test("a server of the major that was announced is there to be taken, once", async () => {
  await using early = earlyCluster({ environment: {} });
  expect(early.take(15)).toBeNull();
  early.start(15);
  early.start(15);
  expect(early.take(14)).toBeNull();
  await using taken = await early.take(15);
  if (taken === null) throw new Error("nothing was started");
  expect(early.take(15)).toBeNull();
  await early[Symbol.asyncDispose]();
  await using session = await connect(taken.target, { readOnly: true });
  expect(session.versionNum).toBe(taken.versionNum);
});

test("the only server of a machine suits every backup that is not newer", async () => {
  await using early = earlyCluster({ environment: {} });
  await early.startOnly();
  early.start(14);
  expect(early.take(99)).toBeNull();
  await using taken = await early.take(14);
  expect(majorOf(taken?.versionNum ?? 0)).toBe(15);
  expect(early.take(15)).toBeNull();
});

test("nothing is left of a server that nobody took", async () => {
  await using scratch = await scratchDirectory("early");
  await chmod(scratch.path, 0o711);
  const { ITHACA_SCRATCH: before } = process.env;
  process.env.ITHACA_SCRATCH = scratch.path;
  try {
    await using early = earlyCluster({ environment: {} });
    early.start(15);
    await vi.waitUntil(async () => (await readdir(scratch.path)).length > 0, { timeout: 15_000 });
  } finally {
    if (before === undefined) delete process.env.ITHACA_SCRATCH;
    else process.env.ITHACA_SCRATCH = before;
  }
  expect(await readdir(scratch.path)).toEqual([]);
});

test("nothing starts where a server is given", async () => {
  const early = earlyCluster({ environment: { ITHACA_THROWAWAY_URL: "postgres://postgres@127.0.0.1/postgres" } });
  early.start(15);
  await early.startOnly();
  expect(early.take(15)).toBeNull();
});

test("a server that cannot be started fails whoever takes it, and nobody else", async () => {
  await using unheard = earlyCluster({ environment: {} });
  unheard.start(99);
  await using heard = earlyCluster({ environment: {} });
  heard.start(99);
  await expect(heard.take(99)).rejects.toMatchObject({ id: "postgres.server_missing" });
});
