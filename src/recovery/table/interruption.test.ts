import { access } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pairOf, rowsOf } from "../../../test/support/table-recovery.ts";
import { type Scratch, scratchDirectory } from "../../base/scratch.ts";
import { connect } from "../../postgres/connect.ts";
import { transactionStatus } from "./verify-table.ts";

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchDirectory("table-interruption-test");
});
afterAll(() => scratch[Symbol.asyncDispose]());

const pair = (setup: string, disaster: string) => pairOf(scratch.path, setup, disaster);

test("concurrent writers lose nothing: new rows stay, a row that came back is kept, updates wait and are applied", async () => {
  await using both = await pair(
    "CREATE TABLE public.t (id int PRIMARY KEY, v int); INSERT INTO public.t SELECT i, 0 FROM generate_series(1, 5) i",
    "DELETE FROM public.t WHERE id > 2; INSERT INTO public.t VALUES (5, 77)",
  );
  await using other = await connect(both.production.target, { readOnly: false });
  // While the transaction is open, others insert and update; nobody waits.
  const done = await both.recover("missing-rows", {
    beforeCommit: async () => {
      await other.query(
        "SET lock_timeout = '1s'; INSERT INTO public.t VALUES (100, 1); UPDATE public.t SET v = 9 WHERE id = 1",
      );
    },
  });
  expect(done.difference).toMatchObject({ missing: 2, changed: 1 });
  expect(await rowsOf(both.production)).toEqual(["(1,9)", "(100,1)", "(2,0)", "(3,0)", "(4,0)", "(5,77)"]);
  // Changed rows are set back under a lock: an update that comes meanwhile waits and wins.
  let waiting: Promise<unknown> = Promise.resolve();
  await both.recover("changed-rows", {
    beforeCommit: async () => {
      expect(await other.query("SELECT FROM public.t")).toHaveLength(6);
      waiting = other.query("SET lock_timeout = 0; UPDATE public.t SET v = v + 10 WHERE id = 5");
    },
  });
  await waiting;
  expect(await rowsOf(both.production)).toEqual(["(1,0)", "(100,1)", "(2,0)", "(3,0)", "(4,0)", "(5,10)"]);
});

test("what ends the transaction leaves production as it was, without an undo file; the server knows which way it went", async () => {
  await using both = await pair(
    "CREATE TABLE public.t (id int PRIMARY KEY); INSERT INTO public.t SELECT generate_series(1, 5)",
    "DELETE FROM public.t WHERE id > 2",
  );
  const { production, recover } = both;
  let transaction = "";
  const killed = recover("missing-rows", {
    beforeCommit: async (id) => {
      transaction = id;
      await production.session.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ithaca table recovery' AND datname = current_database()",
      );
    },
  });
  await expect(killed).rejects.toMatchObject({ exitCode: 3 });
  expect(await rowsOf(production)).toEqual(["(1)", "(2)"]);
  expect(await transactionStatus(production.target, transaction)).toBe("aborted");
  const stop = new AbortController();
  const undoFile = `${scratch.path}/stopped.sql`;
  const stopped = recover("missing-rows", {
    undoFile,
    signal: stop.signal,
    beforeCommit: async () => stop.abort(new Error("stopped")),
  });
  await expect(stopped).rejects.toThrow("stopped");
  expect(await rowsOf(production)).toEqual(["(1)", "(2)"]);
  await expect(access(undoFile)).rejects.toThrow();
  await recover("missing-rows", {
    beforeCommit: async (id) => {
      transaction = id;
    },
  });
  expect(await transactionStatus(production.target, transaction)).toBe("committed");
  const locked = await connect(production.target, { readOnly: false });
  await using _locked = locked;
  await locked.query("BEGIN; LOCK TABLE public.t IN SHARE MODE");
  await expect(recover("replace", { lockSeconds: 0.1 })).rejects.toMatchObject({ id: "table.busy", exitCode: 3 });
});
