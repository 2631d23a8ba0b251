import { expect, test } from "vitest";
import { ask } from "../../../../test/support/database.ts";
import { backedUp, hostedServerForAll } from "../../../../test/support/in-place.ts";
import { drive, fullRecovery, newIncident, testHooks } from "../../../../test/support/recovery.ts";
import { withDatabase } from "../../../postgres/target.ts";
import type { Target } from "../../../postgres/types.ts";
import type { RecoveryMethod } from "../../types.ts";
import { inPlace } from "../in-place.ts";

const server = hostedServerForAll();

const reason = "it is nobody's loss";
const planOf = (...exclude: Record<string, string>[]) => ({
  platform: "supabase",
  scope: { exclude: exclude.map((one) => ({ ...one, reason })) },
});
const secrets = planOf({ table: "public.secretlog" }, { schema: "bulk" });
const anotherDefinition = "CREATE VIEW public.someview AS SELECT 1 AS one";

/** A project with tables that a plan may leave out. */
async function project(name: string): Promise<Target> {
  const target = await server().project(name);
  await ask(target, (s) =>
    s.query(`CREATE TABLE public.secretlog (id bigserial PRIMARY KEY, says text);
      INSERT INTO public.secretlog (says) SELECT 'canary ' || n FROM generate_series(1, 777) AS n;
      GRANT SELECT ON public.secretlog TO anon;
      CREATE SCHEMA bulk;
      CREATE FUNCTION bulk.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE TABLE bulk.big (id bigint GENERATED ALWAYS AS IDENTITY, n int DEFAULT bulk.one());
      INSERT INTO bulk.big (n) SELECT n FROM generate_series(1, 555) AS n`),
  );
  return target;
}

const held = `SELECT (SELECT count(*)::int FROM public.secretlog) AS secrets, (SELECT count(*)::int FROM bulk.big) AS bulk,
  has_table_privilege('anon', 'public.secretlog', 'SELECT') AS granted, (SELECT count(*)::int FROM public.children) AS children`;
const hold = (target: Target) => ask(target, (s) => s.query(held));

test("tables and schemas that the plan leaves out stay as they are when the definitions are made anew", async () => {
  const target = await project("stays");
  await using backup = await backedUp(target, secrets);
  await ask(target, (s) => s.query(`${anotherDefinition}; DELETE FROM public.children`));
  const { incident, fault } = await drive(target, backup.method());
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  expect(await hold(target)).toEqual([{ secrets: 777, bulk: 555, granted: true, children: 20 }]);
  expect(await ask(target, (s) => s.query("SELECT to_regclass('public.someview') AS view"))).toEqual([{ view: null }]);
  const [next] = await ask(target, (s) => s.query("INSERT INTO public.secretlog DEFAULT VALUES RETURNING id::int"));
  expect(next).toEqual({ id: 778 });
});

test("rows that are left out, and would go with the definitions, are an obstacle that names and counts them", async () => {
  const target = await project("rows");
  const plan = planOf({ rows: "public.secretlog" });
  await using backup = await backedUp(target, plan);
  await ask(target, (s) => s.query(anotherDefinition));
  const method = backup.method();
  const refused = drive(target, method);
  await expect(refused).rejects.toMatchObject({ id: "recovery.obstacles" });
  await expect(refused).rejects.toThrow(/public\.secretlog holds 777 rows that the plan leaves out of every backup/);
  expect(await hold(target)).toMatchObject([{ secrets: 777 }]);

  // Where the safety backup holds them they are a loss like any other, and told.
  const saved = await drive(target, inPlace(fullRecovery(target, backup.taken, { platform: "supabase" })));
  expect(saved.incident.state.outcome).toBe("recovered");
  const loss = { table: "public.secretlog", rows_now: 777, rows_then: null, younger: null };
  expect(saved.incident.preview?.losses).toContainEqual(loss);
  expect(saved.incident.verification?.losses).toContainEqual(loss);

  // Empty now: nothing stands against it.
  await ask(target, (s) => s.query(anotherDefinition));
  const { incident } = await drive(target, method);
  expect(incident.state.outcome).toBe("recovered");
});

test("what the plan leaves out only since the backup would go without a copy, so nothing is done", async () => {
  const target = await project("since");
  await using backup = await backedUp(target, planOf());
  const replaced = drive(target, inPlace(fullRecovery(target, backup.taken, secrets)));
  await expect(replaced).rejects.toThrow(/bulk\.big holds 555 rows.* public\.secretlog holds 777 rows/s);
  await ask(target, (s) => s.query(`${anotherDefinition}; TRUNCATE public.secretlog, bulk.big`));
  const dropped = drive(target, inPlace(fullRecovery(target, backup.taken, secrets)));
  await expect(dropped).rejects.toThrow(/would be dropped without a copy: function bulk\.one\(\)/);
});

test("what is left out and hangs on the rest is an obstacle where the rest is made anew", async () => {
  const target = await project("hangs");
  await ask(target, (s) =>
    s.query(`ALTER TABLE public.secretlog ADD role public.app_role, ADD child uuid REFERENCES public.children;
      CREATE VIEW bulk.names AS SELECT name FROM public.children;
      CREATE TRIGGER masks BEFORE INSERT ON bulk.big FOR EACH ROW EXECUTE FUNCTION public.mask_mood();
      ALTER TABLE public.lessons ADD secret bigint REFERENCES public.secretlog`),
  );
  await using backup = await backedUp(target, secrets);
  await ask(target, (s) => s.query(anotherDefinition));
  const { preview } = (await attempt(target, backup.method())) ?? {};
  const named = preview?.obstacles.map((sentence) => /^The (.*) is left out/.exec(sentence)?.[1]);
  expect(named).toEqual([
    "column role of table public.secretlog",
    "constraint secretlog_child_fkey on table public.secretlog",
    "trigger masks on table bulk.big",
    "view bulk.names",
  ]);
  expect(await hold(target)).toMatchObject([{ secrets: 777, bulk: 555 }]);
});

test("what belongs to somebody else among our tables, and is other than in the backup, is an obstacle that says so", async () => {
  const target = await project("theirs");
  const admin = withDatabase(server().admin, "theirs");
  await ask(admin, (s) => s.query("CREATE TABLE public.as_before (id int); CREATE TABLE public.changed (id int)"));
  await using backup = await backedUp(target, secrets);
  await ask(admin, (s) =>
    s.query(`ALTER TABLE public.changed SET (fillfactor = 50); CREATE FUNCTION public.added() RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE VIEW public.goes_along AS SELECT name FROM public.children`),
  );
  const { preview } = (await attempt(target, backup.method())) ?? {};
  const named = preview?.obstacles.map((sentence) => /^The (.*) is other than in the backup/.exec(sentence)?.[1]);
  expect(named).toEqual(["function public.added()", "table public.changed"]);
  expect(preview?.obstacles[0]).toContain("belongs to supabase_admin, whom postgres may not act as");
  await ask(admin, (s) => s.query("DROP FUNCTION public.added(); ALTER TABLE public.changed RESET (fillfactor)"));
  const { incident, fault } = await drive(target, backup.method());
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
});

test("what comes to hang on the rest after the preview is seen in the transaction, which is taken back", async () => {
  const target = await project("late");
  await using backup = await backedUp(target, secrets);
  await ask(target, (s) => s.query(anotherDefinition));
  const method = backup.method();
  const hooks = testHooks(target);
  let done = false;
  const late = {
    ...hooks,
    async safetyBackup() {
      if (!done) await ask(target, (s) => s.query("ALTER TABLE public.secretlog ADD role public.app_role"));
      done = true;
      return await hooks.safetyBackup();
    },
  };
  const { incident, fault } = await drive(target, method, newIncident(method), late);
  expect(fault?.id).toBe("full.would_be_lost");
  expect(incident.state.outcome).toBe("rolled_back");
  expect(await hold(target)).toMatchObject([{ secrets: 777, bulk: 555 }]);
});

/** Drives a recovery that is refused, and gives the incident as it was then. */
async function attempt(target: Target, method: RecoveryMethod) {
  const kept: ReturnType<typeof newIncident>[] = [];
  const save = async (incident: ReturnType<typeof newIncident>) => void kept.push(incident);
  await drive(target, method, newIncident(method), testHooks(target, { save })).catch(() => {});
  return kept.at(-1);
}
