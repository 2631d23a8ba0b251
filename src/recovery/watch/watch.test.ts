import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { databasePlan } from "../../../test/support/proof.ts";
import type { Rates } from "../types.ts";
import { judgeRates } from "./judge-rates.ts";
import { ratesBefore, watchRates } from "./watch.ts";

const hour = 3600;
const rates = (parts: Partial<Rates> = {}): Rates => ({
  seconds: hour,
  commits_per_s: 10,
  rollbacks_per_s: 0.1,
  deadlocks: 0,
  api_healthy: true,
  errors_by_severity: { high: 10, low: 500 },
  ...parts,
});

test.each<[string, Partial<Rates>, Partial<Rates>, RegExp | null]>([
  ["the same as before", {}, {}, null],
  ["a few rollbacks more", {}, { rollbacks_per_s: 0.5 }, null],
  [
    "one in five transactions rolled back",
    {},
    { rollbacks_per_s: 2.5 },
    /20 % of the transactions are rolled back, and 1 % were/,
  ],
  ["a bad rate that was bad before", { rollbacks_per_s: 3 }, { rollbacks_per_s: 3 }, null],
  [
    "too few transactions to say anything",
    {},
    { commits_per_s: 0.001, rollbacks_per_s: 0.001, errors_by_severity: {}, seconds: 60 },
    null,
  ],
  ["deadlocks out of nowhere", {}, { deadlocks: 5 }, /5 deadlocks, 0.0 an hour before/],
  ["deadlocks as ever", { deadlocks: 50, seconds: 10 * hour }, { deadlocks: 5 }, null],
  [
    "three times as many grave errors",
    {},
    { errors_by_severity: { high: 30 } },
    /30 errors of severity high, about 10/,
  ],
  ["many harmless errors", {}, { errors_by_severity: { low: 9000 } }, null],
  [
    "grave errors of a kind that was not there before",
    {},
    { errors_by_severity: { critical: 5 } },
    /severity critical, about 0/,
  ],
  [
    "as many grave errors in a tenth of the time",
    {},
    { errors_by_severity: { high: 10 }, seconds: hour / 10 },
    /about 1 /,
  ],
  ["an API that is not healthy", {}, { api_healthy: false }, /not healthy/],
  [
    "nothing that could be read",
    {},
    { commits_per_s: null, rollbacks_per_s: null, deadlocks: null, errors_by_severity: null },
    null,
  ],
])("%s", (_, before, after, finding) => {
  const findings = judgeRates(rates(before), rates(after), hour);
  if (finding === null) expect(findings).toEqual([]);
  else expect(findings.join()).toMatch(finding);
});

test("a database is watched from its own counters and its own table of errors, and the end comes early where it ails", async () => {
  await using database = await testDatabase();
  await database.session.query(
    "CREATE TABLE public.errors (level text, at timestamptz); INSERT INTO public.errors SELECT 'high', now() - interval '30 min'",
  );
  const plan = databasePlan({ recovery: { error_log: { table: "public.errors", severity: "level", at: "at" } } });
  const before = await ratesBefore(database.target, plan, hour);
  expect(before?.errors_by_severity).toEqual({ high: 1 });
  const options = {
    target: database.target,
    database: plan,
    before,
    interval: 0.1,
    apiHealthy: async () => null,
    note: () => {},
    signal: new AbortController().signal,
  };
  expect((await watchRates({ ...options, seconds: 0.3 })).verdict).toBe("quiet");
  await database.session.query("INSERT INTO public.errors SELECT 'high', now() FROM generate_series(1, 50)");
  const ailing = await watchRates({ ...options, seconds: hour });
  expect(ailing).toMatchObject({ verdict: "regressed", findings: [expect.stringContaining("severity high")] });
  await database.session.query("DELETE FROM public.errors WHERE at > now() - interval '1 min'");
  // It answers once, and never again: nobody may call that quiet.
  const dying = async (seconds: number) => {
    const mortal = `${database.target.database}_mortal`;
    await database.session.query(`CREATE DATABASE ${mortal}`);
    const apiHealthy = async () => {
      await database.session.query(`DROP DATABASE ${mortal} WITH (FORCE)`);
      return null;
    };
    return await watchRates({ ...options, target: { ...database.target, database: mortal }, apiHealthy, seconds });
  };
  expect(await dying(hour)).toMatchObject({ verdict: "regressed", findings: [expect.stringContaining("3 looks")] });
  expect((await dying(0.15)).verdict).toBe("not_watched");
  const gone = { ...database.target, database: "no_such_database" };
  expect((await watchRates({ ...options, target: gone, seconds: 0.2 })).verdict).toBe("not_watched");
  expect(await ratesBefore(gone, plan, hour)).toBeNull();
});
