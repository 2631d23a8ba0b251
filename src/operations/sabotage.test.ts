import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyCensus, type Scene, sabotageOf, scene } from "../../test/support/sabotage.ts";
import { connect } from "../postgres/connect.ts";
import { allChecks } from "../proof/all-checks.ts";
import { commit } from "../proof/sabotage/act.ts";
import { allHarms } from "../proof/sabotage/catalogue.ts";
import { surveyGround } from "../proof/sabotage/ground.ts";
import { seededRandom } from "../proof/sabotage/random.ts";
import { sabotageCopy } from "../proof/sabotage/sabotage-copy.ts";
import type { Check, ProofContext } from "../proof/types.ts";
import { loadInnerOdyssey } from "./load-fixture.ts";
import { loadNasty } from "./load-nasty.ts";

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
    const { sabotage, notCovered } = await sabotageCopy(sabotageOf(odyssey));
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
        ...sabotageOf(odyssey),
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
    sabotageOf(odyssey, { checks: blindFor("trigger"), harms: only("a trigger is disabled", "a row is missing") }),
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
  const thrown = await sabotageCopy(sabotageOf(odyssey, { checks: throwing, harms }));
  expect(thrown.sabotage.missed).toEqual([expect.stringContaining("SQLSTATE XX000 internal_error")]);
  expect(JSON.stringify(thrown)).not.toContain("canary");
  const absent = await sabotageCopy(sabotageOf(odyssey, { checks: [], harms }));
  expect(absent.sabotage).toMatchObject({ tried: 1, caught: 0, missed: [expect.stringContaining("no such check")] });
});

test("rows are left alone where reading them again takes longer than may be", async () => {
  const { context } = odyssey;
  const slow = Object.fromEntries(
    Object.entries(context.copy.tables).map(([name, table]) => [name, { ...table, seconds: 1000 }]),
  );
  const { sabotage, notCovered } = await sabotageCopy(
    sabotageOf(odyssey, { context: { ...context, copy: { ...context.copy, tables: slow } } }),
  );
  expect(sabotage).toMatchObject({ tried: 12, caught: 12 });
  expect(notCovered).toMatchObject([{ what: "Sabotage of rows" }]);
  const late = await sabotageCopy(sabotageOf(odyssey, { seconds: 0 }));
  expect(late.notCovered.slice(0, 1)).toMatchObject([{ why: expect.stringContaining("a fifth of the proof's time") }]);
});
