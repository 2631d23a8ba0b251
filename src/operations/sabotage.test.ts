import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestBackup, testBackup } from "../../test/support/backup.ts";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { databasePlan, proofContext } from "../../test/support/proof.ts";
import { openBackup } from "../backup/open-backup.ts";
import { silentProgress } from "../base/progress.ts";
import { takeCopyCensus } from "../census/copy-census.ts";
import { connect } from "../postgres/connect.ts";
import { allChecks } from "../proof/all-checks.ts";
import { commit } from "../proof/sabotage/act.ts";
import { allHarms } from "../proof/sabotage/catalogue.ts";
import { surveyGround } from "../proof/sabotage/ground.ts";
import { seededRandom } from "../proof/sabotage/random.ts";
import { mayBeSabotaged, type SabotageOptions, sabotageCopy } from "../proof/sabotage/sabotage-copy.ts";
import type { Check, ProofContext } from "../proof/types.ts";
import { loadInnerOdyssey } from "./load-fixture.ts";
import { loadNasty } from "./load-nasty.ts";

/** A database with its backup; the database itself plays the copy, which it equals in everything. */
interface Scene extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly context: ProofContext;
}

async function scene(fill: (database: TestDatabase) => Promise<unknown>): Promise<Scene> {
  const database = await testDatabase();
  await fill(database);
  const backup: TestBackup = await testBackup(database.target);
  const { manifest, census } = await openBackup(backup.directory);
  const context = proofContext({
    database: databasePlan(),
    manifest,
    expected: census,
    copy: await copyCensus(database, manifest, census),
    session: await connect(database.target, { readOnly: true }),
  });
  return {
    database,
    context,
    async [Symbol.asyncDispose]() {
      await context.session[Symbol.asyncDispose]();
      await backup[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

function copyCensus(
  { target }: TestDatabase,
  manifest: ProofContext["manifest"],
  expected: ProofContext["expected"],
): Promise<ProofContext["copy"]> {
  const scope = { ...manifest.scope, leftOut: [] };
  return takeCopyCensus({
    target,
    scope,
    database: databasePlan(),
    expected,
    workers: 2,
    progress: silentProgress,
  });
}

const options = ({ database, context }: Scene, more: Partial<SabotageOptions> = {}): SabotageOptions => ({
  context,
  target: database.target,
  seconds: 60,
  progress: silentProgress,
  signal: new AbortController().signal,
  ...more,
});

/** What a census says about the database itself, without when and how fast it was read. */
const content = (census: ProofContext["copy"]) => ({
  // What belongs to the server, other tests change meanwhile.
  inventory: census.inventory
    .filter(
      ({ kind, name }) =>
        !["role", "role-password", "membership", "parameter-grant"].includes(kind) && !name.startsWith("role "),
    )
    .map((object) => JSON.stringify(object))
    .sort(),
  sequences: census.sequences,
  largeObjects: census.large_objects,
  tables: Object.entries(census.tables).map(([name, { rows, hash }]) => [name, rows, hash]),
});

/** What came of every harm of the catalogue on a ground. */
async function tryAll({ database, context }: Scene): Promise<Map<string, string | null>> {
  await using session = await connect(database.target, { readOnly: false });
  const ground = await surveyGround({ context, session, random: seededRandom("a"), secondsPerRead: 10 });
  const deeds = new Map<string, string | null>();
  for (const harm of allHarms) deeds.set(harm.what, await commit(ground, harm, allChecks([])));
  return deeds;
}

let odyssey: Scene;
let nasty: Scene;

beforeAll(async () => {
  odyssey = await scene(({ target }) => loadInnerOdyssey(target, { families: 10, now: new Date() }));
  nasty = await scene(({ target }) => loadNasty(target));
});
afterAll(async () => {
  await odyssey[Symbol.asyncDispose]();
  await nasty[Symbol.asyncDispose]();
});

describe("on a database like production", () => {
  test("twelve acts are tried and caught, and the copy is afterwards what it was before", async () => {
    const { database, context } = odyssey;
    const { sabotage, notCovered } = await sabotageCopy(options(odyssey));
    expect(sabotage).toEqual({ tried: 12, caught: 12, missed: [] });
    expect(notCovered).toEqual([]);
    const after = await copyCensus(database, context.manifest, context.expected);
    expect(content(after)).toEqual(content(context.copy));
  });

  test("other backups are harmed in other ways, the same backup in the same ways", async () => {
    const seen = async (digest: string) => {
      const notes: string[] = [];
      const manifest = { ...odyssey.context.manifest, digest };
      await sabotageCopy({
        ...options(odyssey),
        context: { ...odyssey.context, manifest },
        progress: { step: (_, work) => work((text) => notes.push(text)), warn() {} },
      });
      return notes;
    };
    const first = await seen("a");
    expect(await seen("a")).toEqual(first);
    expect(await seen("b")).not.toEqual(first);
  });
});

test("on three databases every harm that can be done is caught, and together they try all of the catalogue", async () => {
  await using plain = await scene(({ session }) =>
    session.query(`
      CREATE TABLE public.every (id int PRIMARY KEY, word text, short varchar(9), whole bigint, part numeric, at timestamptz,
        day date, yes boolean, key uuid, doc jsonb, source json, bytes bytea, list int[], nothing text);
      INSERT INTO public.every SELECT n, 'word', 'short', n, 1.5, now(), '2026-11-22', true, gen_random_uuid(), '{}', '{}',
        '\\x01', '{1}', NULL FROM generate_series(1, 9) AS n;
      CREATE TABLE public.twin (word text);
      INSERT INTO public.twin VALUES ('twin')`),
  );
  const all = [await tryAll(odyssey), await tryAll(nasty), await tryAll(plain)];
  const deeds = (what: string) => all.map((one) => one.get(what));
  expect(all.flatMap((one) => [...one.values()]).filter((deed) => deed !== null && deed !== "caught")).toEqual([]);
  expect(allHarms.filter(({ what }) => !deeds(what).includes("caught")).map(({ what }) => what)).toEqual([]);
});

/** The check of definitions, blind for one kind of object. */
function blindFor(kind: string): Check[] {
  return allChecks([]).map((check) =>
    check.id !== "definitions.equality"
      ? check
      : {
          ...check,
          async run(context) {
            const seeing = (census: ProofContext["copy"]) => ({
              ...census,
              inventory: census.inventory.filter((object) => object.kind !== kind),
            });
            return check.run({ ...context, expected: seeing(context.expected), copy: seeing(context.copy) });
          },
        },
  );
}

const only = (...words: string[]) => allHarms.filter(({ what }) => words.some((word) => what.includes(word)));

test("a blind check is named", async () => {
  const { sabotage } = await sabotageCopy(
    options(odyssey, { checks: blindFor("trigger"), harms: only("a trigger is disabled", "a row is missing") }),
  );
  expect(sabotage).toMatchObject({ tried: 2, caught: 1 });
  expect(sabotage.missed).toEqual([
    expect.stringMatching(/^definitions\.equality: a trigger is disabled \(trigger .+ ON .+\): it saw nothing$/),
  ]);
});

test("a check that throws, and one that is not there, are misses without row data", async () => {
  const throwing = allChecks([]).map((check) => ({
    ...check,
    run: async () => {
      throw Object.assign(new Error("canary"), { code: "XX000" });
    },
  }));
  const harms = only("a row is missing");
  const thrown = await sabotageCopy(options(odyssey, { checks: throwing, harms }));
  expect(thrown.sabotage.missed).toEqual([expect.stringContaining("SQLSTATE XX000 internal_error")]);
  expect(JSON.stringify(thrown)).not.toContain("canary");
  const absent = await sabotageCopy(options(odyssey, { checks: [], harms }));
  expect(absent.sabotage).toMatchObject({ tried: 1, caught: 0, missed: [expect.stringContaining("no such check")] });
});

test("what cannot be reached is a miss, not an exception", async () => {
  const target = { ...odyssey.database.target, database: "nowhere" };
  const { sabotage } = await sabotageCopy(options(odyssey, { target }));
  expect(sabotage).toMatchObject({ tried: 1, caught: 0, missed: [expect.stringContaining("the sabotage itself")] });
});

test("a bare database has little to harm, and the report says so", async () => {
  await using empty = await scene(({ session }) => session.query("CREATE SCHEMA bare"));
  const { sabotage, notCovered } = await sabotageCopy(options(empty));
  expect(sabotage.missed).toEqual([]);
  expect(sabotage.tried).toBeGreaterThan(2);
  expect(sabotage.caught).toBe(sabotage.tried);
  expect(notCovered.map(({ what }) => what)).toEqual([
    expect.stringMatching(/^More than \d+ acts of sabotage$/),
    "Sabotage of rows",
  ]);
});

test("rows are left alone where reading them again takes longer than may be", async () => {
  const { context } = odyssey;
  const slow = Object.fromEntries(
    Object.entries(context.copy.tables).map(([name, table]) => [name, { ...table, seconds: 1000 }]),
  );
  const { sabotage, notCovered } = await sabotageCopy(
    options(odyssey, { context: { ...context, copy: { ...context.copy, tables: slow } } }),
  );
  expect(sabotage).toMatchObject({ tried: 12, caught: 12 });
  expect(notCovered).toMatchObject([{ what: "Sabotage of rows" }]);
  const late = await sabotageCopy(options(odyssey, { seconds: 0 }));
  expect(late.notCovered.slice(0, 1)).toMatchObject([{ why: expect.stringContaining("a fifth of the proof's time") }]);
});

test("triggers, rules and event triggers that act in replica mode too do not disturb", async () => {
  await using busy = await scene(({ session }) =>
    session.query(`
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
  const { sabotage } = await sabotageCopy(options(busy));
  expect(sabotage.missed).toEqual([]);
  expect(sabotage.tried).toBeGreaterThanOrEqual(10);
});

test("a stopped run stops the sabotage", async () => {
  const signal = AbortSignal.abort(new Error("stopped"));
  await expect(sabotageCopy(options(odyssey, { signal }))).rejects.toThrow("stopped");
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
