import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { proofContext } from "../../test/support/proof.ts";
import { connect } from "../postgres/connect.ts";
import { constraintsChecks } from "./checks/constraints-checks.ts";
import { constraintsUniques } from "./checks/constraints-uniques.ts";
import { physicalAmcheck } from "./checks/physical-amcheck.ts";
import { evaluateMatview } from "./matview.ts";
import { examineStorage } from "./physical/examine.ts";
import { inReadOnly } from "./read-only.ts";

test("expressions are asked anew under the database's own settings, and ours are back afterwards", async () => {
  await using database = await testDatabase();
  const { session, target } = database;
  await session.query(`
    ALTER DATABASE ${target.database} SET TimeZone = 'Asia/Kolkata';
    ALTER DATABASE ${target.database} SET DateStyle = 'SQL, DMY';
    SET TimeZone = 'Asia/Kolkata'; SET DateStyle = 'SQL, DMY';
    CREATE FUNCTION public.local_day(timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT $1::date';
    CREATE FUNCTION public.read_day(text) RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT $1::date';
    CREATE TABLE public.visits (at timestamptz, said text, day date GENERATED ALWAYS AS (public.local_day(at)) STORED,
      CHECK (day = public.local_day(at)), CHECK (public.read_day(said) < '2026-02-04'));
    INSERT INTO public.visits SELECT '2026-01-01 00:00+05:30'::timestamptz + i * interval '1 hour', '03/02/2026'
      FROM generate_series(1, 200) AS i;
    -- In UTC these two are of the same day.
    CREATE UNIQUE INDEX once ON public.visits (public.local_day(at)) WHERE at IN ('2026-01-01 17:30Z', '2026-01-01 18:30Z');
    CREATE MATERIALIZED VIEW public.per_day AS SELECT at::date AS day, count(*) FROM public.visits GROUP BY 1;
    CREATE INDEX by_day ON public.visits (public.local_day(at))`);
  await using ours = await connect(target, { readOnly: true });
  const context = proofContext({ session: ours, examine: () => examineStorage(target, "full", 1) });
  for (const check of [constraintsChecks, constraintsUniques, physicalAmcheck]) {
    expect(await check.run(context)).toMatchObject({ status: "passed" });
  }
  expect(await evaluateMatview(ours, "public.per_day")).toBe("as-defined");
  const zone = "SELECT current_setting('TimeZone') AS zone";
  expect(await inReadOnly(ours, {}, () => ours.query(zone))).toEqual([{ zone: "UTC" }]);
});
