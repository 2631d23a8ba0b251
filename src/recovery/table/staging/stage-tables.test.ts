import { join } from "node:path";
import { expect, test } from "vitest";
import { testDatabase } from "../../../../test/support/database.ts";
import { dumpedBackup } from "../../../../test/support/dumped-backup.ts";
import { takeCensus } from "../../../../test/support/narrow.ts";
import { manifest } from "../../../../test/support/proof.ts";
import { writeCensus } from "../../../census/census-file.ts";
import { stageTables } from "./stage-tables.ts";

test("a table whose columns are computed under the database's own time zone is staged as it was", async () => {
  await using source = await testDatabase();
  const { session, target } = source;
  await session.query(`
    ALTER DATABASE ${target.database} SET TimeZone = 'Asia/Kolkata';
    SET TimeZone = 'Asia/Kolkata';
    CREATE FUNCTION public.local_day(timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT $1::date';
    CREATE TABLE public.visits (id int PRIMARY KEY, at timestamptz, other date CHECK (other = public.local_day(at)),
      day date GENERATED ALWAYS AS (public.local_day(at)) STORED);
    INSERT INTO public.visits SELECT n, at, at::date
      FROM generate_series(1, 48) AS n, LATERAL (SELECT '2026-01-01'::timestamptz + n * interval '1 hour' AS at) AS t`);
  await using backup = await dumpedBackup(target);
  await writeCensus(await takeCensus(source), join(backup.path, "census.json"));
  await using copy = await testDatabase();
  await stageTables({
    backup: { directory: backup.path, manifest, files: [], table_bytes: 0, metadata_bytes: 0 },
    tables: [{ schema: "public", name: "visits" }],
    target: copy.target,
    signal: new AbortController().signal,
  });
  expect(await copy.session.query("SELECT count(*)::int AS rows FROM public.visits")).toEqual([{ rows: 48 }]);
});
