import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBackup, testBackup } from "../../../test/support/backup.ts";
import {
  ask,
  type TemplateDatabase,
  type TestDatabase,
  templateDatabase,
  testDatabase,
} from "../../../test/support/database.ts";
import { drive, dropBeside, fullRecovery, newIncident } from "../../../test/support/recovery.ts";
import { withDatabase } from "../../postgres/target.ts";
import type { Target } from "../../postgres/types.ts";
import { readMarker } from "../marker.ts";
import { intoNew } from "./into-new.ts";
import { namesBeside } from "./names.ts";
import { sideBySide } from "./side-by-side.ts";

const shop = `
  CREATE TABLE public.orders (id int PRIMARY KEY, buyer text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE public.lines (order_id int NOT NULL REFERENCES public.orders ON DELETE CASCADE, n int);
  ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
  INSERT INTO public.orders SELECT n, 'buyer ' || n, '2026-01-01' FROM generate_series(1, 200) AS n;
  INSERT INTO public.lines SELECT n, 1 FROM generate_series(1, 200) AS n;`;
const plan = { critical_tables: ["public.orders"], rls_tables: ["public.orders"] };

let template: TemplateDatabase;
beforeAll(async () => {
  template = await templateDatabase((session) => session.query(shop));
});
afterAll(() => template[Symbol.asyncDispose]());

/** A production whose backup was taken before half of it was lost, and before its newest order. */
async function harmed(): Promise<AsyncDisposable & { database: TestDatabase; backup: TestBackup; target: Target }> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase(template.name));
  const backup = stack.use(await testBackup(database.target, { plan }));
  await database.session.query(`
    DELETE FROM public.orders WHERE id % 2 = 0;
    INSERT INTO public.orders VALUES (1001, 'newest')`);
  await database.session[Symbol.asyncDispose]();
  stack.defer(() => dropBeside(database.target));
  const held = stack.move();
  return { database, backup, target: database.target, [Symbol.asyncDispose]: () => held[Symbol.asyncDispose]() };
}

async function ids(target: Target): Promise<string> {
  const [row] = await ask(target, (session) =>
    session.query<{ ids: string }>("SELECT count(*) || ':' || max(id) AS ids FROM public.orders"),
  );
  return row?.ids ?? "";
}

test("the restored database takes production's name in the middle of its traffic; the old one is kept whole", async () => {
  await using shop = await harmed();
  const { target, backup } = shop;
  let over = false;
  let broken = 0;
  const writer = async () => {
    for (let n = 2000; !over; n++) {
      try {
        await ask(target, (session) => session.query("INSERT INTO public.orders VALUES ($1, 'busy')", [n]));
      } catch {
        broken++;
      }
      await sleep(5);
    }
  };
  const writers = [writer()];
  const method = sideBySide(fullRecovery(target, backup, plan));
  const incident = newIncident(method);
  const { incident: ended } = await drive(target, method, incident);
  over = true;
  await Promise.all(writers);

  expect(ended.state).toEqual({ step: "ended", outcome: "recovered" });
  expect(ended.verification?.checks.map(({ status }) => status)).not.toContain("failed");
  const { before } = namesBeside(target.database, incident.id);
  const [restored] = await ask(target, (s) => s.query("SELECT count(*)::int AS n FROM public.orders WHERE id <= 200"));
  expect(restored).toEqual({ n: 200 });
  const [old] = await ask(withDatabase(target, before), (s) =>
    s.query("SELECT count(*) FILTER (WHERE id <= 200)::int AS half, bool_or(id = 1001) AS newest FROM public.orders"),
  );
  expect(old).toEqual({ half: 100, newest: true });
  // Of the rows that were lost the incident says how many, counted in the old database when nobody could write it.
  const loss = ended.verification?.losses.find(({ table }) => table === "public.orders");
  expect(loss?.rows_then).toBe(200);
  expect(loss?.younger).toBeGreaterThan(0);
  expect(await readMarker(target)).toBeNull();
  expect(await readMarker(withDatabase(target, before))).toBeNull();
  expect(broken).toBeLessThan(20);
});

test("a restore that is not proven is never swapped in: production was not touched", async () => {
  await using shop = await harmed();
  const { target, backup } = shop;
  const untrue = { ...backup, census: { ...backup.census, tables: { ...backup.census.tables } } };
  const table = backup.census.tables["public.lines"];
  if (table === undefined) throw new Error("no such table");
  untrue.census.tables["public.lines"] = { ...table, hash: "1:1" };
  const before = await ids(target);
  const { incident, fault } = await drive(target, sideBySide(fullRecovery(target, untrue, plan)));
  expect(incident.state).toEqual({ step: "ended", outcome: "rolled_back" });
  expect(fault?.id).toBe("full.restored_wrong");
  expect(await ids(target)).toBe(before);
  expect(await readMarker(target)).toBeNull();
});

test("a new database of its own is filled and proven, and nothing else; one that is not empty is refused", async () => {
  await using source = await testDatabase(template.name);
  await using backup = await testBackup(source.target, { plan });
  await using fresh = await testDatabase();
  const method = intoNew(fullRecovery(fresh.target, backup, plan, { source: source.target }));
  const { incident, fault } = await drive(fresh.target, method);
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.no_safety_backup).toContain("empty");
  expect(await ids(fresh.target)).toBe("200:200");
  await expect(drive(fresh.target, method)).rejects.toMatchObject({ id: "recovery.obstacles" });
});
