import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { listRelations } from "./relations.ts";
import { wholeScope } from "./scope.ts";
import { joinReadings, readSequences, sequencesInScope } from "./sequences.ts";

test("sequences are read in batches, owned or not, and between two readings they move", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.t (a serial, b int GENERATED ALWAYS AS IDENTITY);
    CREATE SEQUENCE public."Weird ""one" INCREMENT -3 CYCLE MINVALUE -9 MAXVALUE 9 START 9;
    DO $$ BEGIN FOR i IN 1..450 LOOP EXECUTE format('CREATE SEQUENCE public.s%s', i); END LOOP; END $$`);
  const sequences = sequencesInScope(await listRelations(session), wholeScope);
  const before = await readSequences(session, sequences);
  await session.query(`SELECT nextval('public."Weird ""one"'), nextval('public.s450'), nextval('public.s450')`);
  const joined = joinReadings(before, await readSequences(session, sequences));
  expect(Object.keys(joined)).toHaveLength(453);
  expect(joined['public."Weird ""one"']).toEqual({
    before: { last_value: "9", is_called: false },
    after: { last_value: "9", is_called: true },
    increment: "-3",
    cycles: true,
  });
  expect(joined["public.s450"]?.after).toEqual({ last_value: "2", is_called: true });
});

test("a sequence that vanished is a sign of DDL", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("CREATE SEQUENCE public.s");
  const sequences = sequencesInScope(await listRelations(session), wholeScope);
  await session.query("DROP SEQUENCE public.s");
  await expect(readSequences(session, sequences)).rejects.toMatchObject({ id: "census.definitions_moved" });
});
