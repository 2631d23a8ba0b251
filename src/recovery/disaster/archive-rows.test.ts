import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { dumpedBackup } from "../../../test/support/dumped-backup.ts";
import { archiveRows } from "./archive-rows.ts";

test("rows are read from a backup's files by their keys: partitions, twins without a key, and values with any separator", async () => {
  await using database = await testDatabase();
  await database.session.query(`
    CREATE TABLE public.visits (at date, id int, note text, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
    CREATE TABLE public.old PARTITION OF public.visits FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
    CREATE TABLE public.new PARTITION OF public.visits FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
    INSERT INTO public.visits VALUES ('2025-05-05', 1, E'a\\u2028b\\tc\\nd\\r\\\\.'), ('2026-05-05', 1, NULL);
    CREATE TABLE public.twins (n int);
    INSERT INTO public.twins VALUES (7), (7), (8);
  `);
  await using backup = await dumpedBackup(database.target);
  const visits = await archiveRows(backup.path, { schema: "public", name: "visits" }, ["at", "id"], 10);
  expect([...visits.keys()].sort()).toEqual(["2025-05-05\t1", "2026-05-05\t1"]);
  const twins = await archiveRows(backup.path, { schema: "public", name: "twins" }, [], 10);
  expect(twins.size).toBe(3);
  expect(new Set(twins.values()).size).toBe(2);
  const tooMany = archiveRows(backup.path, { schema: "public", name: "twins" }, [], 2);
  await expect(tooMany).rejects.toThrow("more than 2 rows");
});
