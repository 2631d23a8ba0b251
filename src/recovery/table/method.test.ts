import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { drive, newIncident, testHooks } from "../../../test/support/recovery.ts";
import { type Scratch, scratchDirectory } from "../../base/scratch.ts";
import type { Incident, Notes, RecoveryMethod } from "../types.ts";
import { noDecisions } from "./columns.ts";
import { tableMethod } from "./method.ts";

let scratch: Scratch;
let then: TestDatabase;
let production: TestDatabase;
beforeAll(async () => {
  scratch = await scratchDirectory("table-method-test");
  then = await testDatabase();
  production = await testDatabase();
  for (const { session } of [then, production]) await session.query("CREATE TABLE public.t (id int PRIMARY KEY)");
  await then.session.query("INSERT INTO public.t SELECT generate_series(1, 5)");
});
afterAll(async () => {
  for (const one of [then, production, scratch]) await one[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await production.session.query("DELETE FROM public.t WHERE id > 2");
});

function method(): RecoveryMethod {
  return tableMethod({
    production: production.target,
    table: "public.t",
    mode: "missing-rows",
    withDependants: false,
    withParents: false,
    keepNewer: null,
    decisions: noDecisions,
    skipConflicts: false,
    lockSeconds: 1,
    undoDirectory: scratch.path,
    request: {},
    source: async () => ({
      target: then.target,
      restorePoint: { backup: null, at: "2026-11-22T02:00:00.000Z" },
      name: "a test",
      read: [],
    }),
  });
}

// A safety backup is what other tests are about.
const hooks = () => testHooks(production.target, { safetyBackup: async () => ({ id: "b", taken_at: "", digest: "" }) });
const count = async () => (await production.session.query("SELECT FROM public.t")).length;

/** The notes of a recovery that ran to its end, and the incident of one that a crash has ended in `execute` with them. */
async function crashed(change: (notes: Notes) => Notes): Promise<Incident> {
  const { incident } = await drive(production.target, method(), newIncident(method()), hooks());
  expect(incident.state.outcome).toBe("recovered");
  return { ...newIncident(method()), state: { step: "execute", outcome: null }, notes: change(incident.notes) };
}

test("after a crash behind the commit nothing is done twice, and all is verified", async () => {
  const incident = await crashed((notes) => notes);
  await production.session.query("INSERT INTO public.t VALUES (77)");
  const driven = await drive(production.target, method(), incident, hooks());
  expect(driven.incident.state.outcome).toBe("recovered");
  expect(driven.incident.log[0]?.event).toBe("resumed: done");
  expect(driven.incident.remarks).toEqual([]);
  expect(await count()).toBe(6);
});

test("after a crash before the commit it is done, whether or not it had come as far as a transaction", async () => {
  await production.session.query("BEGIN");
  const [row] = await production.session.query<{ id: string }>("SELECT pg_current_xact_id()::text AS id");
  await production.session.query("ROLLBACK");
  const incident = await crashed((notes) => ({ ...notes, transaction: row?.id ?? "" }));
  await production.session.query("DELETE FROM public.t WHERE id > 2");
  const again = await drive(production.target, method(), incident, hooks());
  expect(again.incident.log[0]?.event).toBe("resumed: untouched");
  expect(again.incident.remarks).toEqual(["3 rows into public.t"]);
  expect(await count()).toBe(5);
  const lost = await drive(production.target, method(), { ...incident, notes: {} }, hooks());
  expect(lost.incident.state.outcome).toBe("recovered");
});

test("what cannot be verified is taken back with the undo file, unless others have built on it", async () => {
  const other = { digest: "other", things: 0, policies: 0 };
  const incident = await crashed((notes) => ({ ...notes, guards: other }));
  const back = await drive(production.target, method(), incident, hooks());
  expect(back.incident.state.outcome).toBe("rolled_back");
  expect(await count()).toBe(2);
  const built = await crashed((notes) => ({ ...notes, guards: other }));
  await production.session.query("UPDATE public.t SET id = 50 WHERE id = 5");
  const stands = await drive(production.target, method(), built, hooks());
  expect(stands.incident.state.outcome).toBe("needs_person");
  expect(await count()).toBe(5);
});
