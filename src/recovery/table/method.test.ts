import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { drive, newIncident, testHooks } from "../../../test/support/recovery.ts";
import { tableRecovery } from "../../../test/support/table-recovery.ts";
import { type Scratch, scratchDirectory } from "../../base/scratch.ts";
import { connect } from "../../postgres/connect.ts";
import type { Incident, Notes } from "../types.ts";

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

const method = () =>
  tableRecovery({ production: production.target, backup: then.target, folder: scratch.path }, { table: "public.t" });

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

test("a transaction that the server has not given up yet is waited for, and its undo file goes with it", async () => {
  await using other = await connect(production.target, { readOnly: false });
  await other.query("BEGIN");
  const [row] = await other.query<{ id: string }>("SELECT pg_current_xact_id()::text AS id");
  const undo = join(scratch.path, "never-committed.sql");
  await writeFile(undo, "-- rows");
  const incident = await crashed((notes) => ({ ...notes, transaction: row?.id ?? "", undo }));
  await production.session.query("DELETE FROM public.t WHERE id > 2");
  setTimeout(() => void other.query("ROLLBACK"), 700);
  const again = await drive(production.target, method(), incident, hooks());
  expect(again.incident.log[0]?.event).toBe("resumed: untouched");
  expect(again.incident.state.outcome).toBe("recovered");
  await expect(access(undo)).rejects.toThrow();
});

test("rows that referred to nothing before do not undo a recovery, and are told in its plan; new ones would", async () => {
  const tables = `CREATE TABLE public.p (id int PRIMARY KEY);
    CREATE TABLE public.c (id int PRIMARY KEY, p int REFERENCES public.p);
    INSERT INTO public.p VALUES (1), (2); INSERT INTO public.c VALUES (1, 1), (2, 2), (3, 1)`;
  for (const { session } of [then, production]) await session.query(tables);
  await production.session.query(`DELETE FROM public.c WHERE id = 3;
    SET session_replication_role = replica; DELETE FROM public.p WHERE id = 2; RESET session_replication_role`);
  const sides = { production: production.target, backup: then.target, folder: scratch.path };
  const children = tableRecovery(sides, { table: "public.c" });
  const { incident, fault } = await drive(production.target, children, newIncident(children), hooks());
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.preview?.hazards).toContain(
    "1 row refers to nothing already, and stays as it is: c_p_fkey of public.c",
  );
  const worse = { ...incident.notes, orphans: {} };
  const begun = { ...newIncident(children), state: { step: "execute" as const, outcome: null }, notes: worse };
  const again = await drive(production.target, children, begun, hooks());
  expect(again.incident.state.outcome).toBe("rolled_back");
});
