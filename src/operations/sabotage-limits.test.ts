import { afterAll, beforeAll, expect, test } from "vitest";
import { type Scene, sabotageOf, scene } from "../../test/support/sabotage.ts";
import { mayBeSabotaged, sabotageCopy } from "../proof/sabotage/sabotage-copy.ts";

/* Where sabotage has little to harm, cannot get at it, or must not begin. */

let small: Scene;

beforeAll(async () => {
  small = await scene(({ session }) => session.query("CREATE TABLE public.t AS SELECT 1 AS id"));
});
afterAll(() => small[Symbol.asyncDispose]());

test("what cannot be reached is a miss, not an exception", async () => {
  const target = { ...small.database.target, database: "nowhere" };
  const { sabotage } = await sabotageCopy(sabotageOf(small, { target }));
  expect(sabotage).toMatchObject({ tried: 1, caught: 0, missed: [expect.stringContaining("the sabotage itself")] });
});

test("a bare database has little to harm, and the report says so", async () => {
  await using empty = await scene(({ session }) => session.query("CREATE SCHEMA bare"));
  const { sabotage, notCovered } = await sabotageCopy(sabotageOf(empty));
  expect(sabotage.missed).toEqual([]);
  expect(sabotage.tried).toBeGreaterThan(2);
  expect(sabotage.caught).toBe(sabotage.tried);
  expect(notCovered.map(({ what }) => what)).toEqual([
    expect.stringMatching(/^More than \d+ acts of sabotage$/),
    "Sabotage of rows",
  ]);
});

test("triggers, rules and event triggers that act in replica mode, and a database closed to writers, do not disturb", async () => {
  await using busy = await scene(({ session, target }) =>
    session.query(`
      ALTER DATABASE ${target.database} SET default_transaction_read_only = on;
      CREATE TABLE public.log (line text);
      CREATE TABLE public.kept (id int PRIMARY KEY, word text);
      INSERT INTO public.kept SELECT n, 'word ' || n FROM generate_series(1, 50) AS n;
      CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO public.log VALUES (TG_OP); RETURN NULL; END $$;
      CREATE TRIGGER note BEFORE INSERT OR UPDATE OR DELETE ON public.kept FOR EACH ROW EXECUTE FUNCTION public.note();
      ALTER TABLE public.kept ENABLE ALWAYS TRIGGER note;
      CREATE TABLE public.other (id int PRIMARY KEY, word text);
      INSERT INTO public.other VALUES (1, 'a'), (2, 'b');
      CREATE FUNCTION public.veto() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'never'; END $$;
      CREATE EVENT TRIGGER veto ON ddl_command_start EXECUTE FUNCTION public.veto();
      ALTER EVENT TRIGGER veto ENABLE ALWAYS`),
  );
  const { sabotage } = await sabotageCopy(sabotageOf(busy));
  expect(sabotage.missed).toEqual([]);
  expect(sabotage.tried).toBeGreaterThanOrEqual(10);
});

test("a stopped run stops the sabotage", async () => {
  const signal = AbortSignal.abort(new Error("stopped"));
  await expect(sabotageCopy(sabotageOf(small, { signal }))).rejects.toThrow("stopped");
});

test("only a copy whose checks passed is sabotaged", () => {
  const result = (id: string, status: "passed" | "failed" | "not_run") => ({
    id,
    status,
    title: "",
    expected: "",
    actual: "",
    findings: [],
    seconds: 0,
    reason: "",
  });
  const both = [result("data.equality", "passed"), result("definitions.equality", "passed")];
  expect(mayBeSabotaged(both)).toBe(true);
  expect(mayBeSabotaged([...both, result("plan.freshness", "failed")])).toBe(true);
  expect(mayBeSabotaged([...both, result("sequences.equality", "not_run")])).toBe(false);
  expect(mayBeSabotaged(both.slice(1))).toBe(false);
});
