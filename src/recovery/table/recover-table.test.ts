import { readFile, stat, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase, testRole } from "../../../test/support/database.ts";
import { pairOf, rowsOf, stateOf } from "../../../test/support/table-recovery.ts";
import { type Scratch, scratchDirectory } from "../../base/scratch.ts";
import { parseDecisions, parseKeepNewer } from "./decisions.ts";
import { runUndo } from "./run-undo.ts";
import { exportCsv } from "./staging/export-csv.ts";
import { prepareUndoFolder } from "./undo.ts";

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchDirectory("table-test");
});
afterAll(() => scratch[Symbol.asyncDispose]());

const pair = (setup: string, disaster: string) => pairOf(scratch.path, setup, disaster);

const cell = fc.oneof(
  fc.constant(null),
  fc.integer({ min: 0, max: 3 }).map(String),
  fc.constantFrom("", "\\N", "a\tb\n", "'\"\\", "🦄", "1.50"),
);
const row = fc.record({ id: fc.integer({ min: 0, max: 12 }), a: cell, b: cell });
const rows = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 10 });

test("property: whatever happened to a table, replace makes it the backup's, and the undo what it was", async () => {
  await using both = await pair(
    "CREATE TABLE public.t (id int PRIMARY KEY, a text, b text, c text DEFAULT 'own'); CREATE TABLE public.bag (id int, a text, b text)",
    "SELECT",
  );
  const { then, production, recover } = both;
  const fill = async ({ session }: TestDatabase, table: string, content: readonly object[]) => {
    await session.query(`DELETE FROM public.${table}`);
    await session.query(
      `INSERT INTO public.${table} (id, a, b) SELECT id, a, b FROM json_to_recordset($1) AS r(id int, a text, b text)`,
      [JSON.stringify(content)],
    );
  };
  await fc.assert(
    fc.asyncProperty(rows, rows, fc.constantFrom("t", "bag"), async (was, is, table) => {
      await fill(then, table, table === "bag" ? [...was, ...was.slice(0, 2)] : was);
      await fill(production, table, is);
      const [wanted, disaster] = [await stateOf(then.session), await stateOf(production.session)];
      const done = await recover("replace", { table: `public.${table}` });
      const name = `public.${table}`;
      expect((await stateOf(production.session))[name]).toBe(wanted[name]);
      const { missing, extra, changed } = done.difference;
      expect(done.written[0]).toMatchObject({ inserted: missing, changed, deleted: extra });
      expect(await runUndo(production.target, done.undo ?? "")).toEqual({ done: true });
      expect((await stateOf(production.session))[name]).toBe(disaster[name]);
    }),
    { numRuns: 12 },
  );
});

test("rows that exchanged a unique value, a numbering that was shifted: set back; what was added since keeps its place", async () => {
  await using both = await pair(
    "CREATE TABLE public.t (id int PRIMARY KEY, place int UNIQUE, note text); INSERT INTO public.t SELECT i, i, 'n' || i FROM generate_series(1, 9) i",
    "UPDATE public.t SET place = -place; UPDATE public.t SET place = 1 - place; ALTER TABLE public.t ADD late text DEFAULT 'd'; UPDATE public.t SET late = 'kept' WHERE id = 3; INSERT INTO public.t VALUES (20, 40, 'new')",
  );
  const done = await both.recover("changed-rows");
  expect(done).toMatchObject({ difference: { changed: 9, extra: 1 }, written: [{ changed: 9, deleted: 0 }] });
  expect(await rowsOf(both.production)).toEqual(
    expect.arrayContaining(["(1,1,n1,d)", "(3,3,n3,kept)", "(20,40,new,d)"]),
  );
});

test("rows that somebody has changed since the damage are kept where a person says since when", async () => {
  const setup = `CREATE TABLE public.t (id int PRIMARY KEY, v text, at timestamptz);
    INSERT INTO public.t SELECT i, 'was', '2026-11-22 02:00Z' FROM generate_series(1, 3) i`;
  await using both = await pair(
    setup,
    "UPDATE public.t SET v = 'spoilt', at = '2026-11-22 14:30Z'; UPDATE public.t SET v = 'mended', at = '2026-11-22 14:50Z' WHERE id = 3",
  );
  const keepNewer = parseKeepNewer("at=2026-11-22T15:40:00+01:00", "changed-rows");
  const done = await both.recover("changed-rows", { keepNewer });
  expect(done).toMatchObject({ kept_newer: 1, difference: { changed: 2 }, written: [{ changed: 2 }] });
  expect((await rowsOf(both.production)).map((row) => row.split(",")[1])).toEqual(["was", "was", "mended"]);
  for (const [value, mode] of [
    ["at=2026-11-22 15:40", "changed-rows"],
    ["at=2026-11-22", "changed-rows"],
    ["at", "changed-rows"],
    ["at=2026-11-22T15:40Z", "replace"],
  ] as const) {
    expect(() => parseKeepNewer(value, mode)).toThrow(/--keep-newer/);
  }
  await expect(both.recover("changed-rows", { keepNewer: { column: "v", than: "2026-11-22T15:40Z" } })).rejects.toThrow(
    /holds no time/,
  );
});

test("references in circles and to the table itself come back with their rows; lost ones are set again", async () => {
  const setup = `CREATE TABLE public.t (id int PRIMARY KEY, boss int REFERENCES public.t ON DELETE CASCADE, friend int REFERENCES public.t ON DELETE SET NULL);
    CREATE TABLE public.a (id int PRIMARY KEY, t int REFERENCES public.t ON DELETE CASCADE, b int);
    CREATE TABLE public.b (id int PRIMARY KEY, a int REFERENCES public.a ON DELETE CASCADE, seen int REFERENCES public.t ON DELETE SET NULL);
    ALTER TABLE public.a ADD FOREIGN KEY (b) REFERENCES public.b ON DELETE CASCADE DEFERRABLE;
    CREATE TABLE public.bag (t int REFERENCES public.t ON DELETE CASCADE, v text);
    INSERT INTO public.t VALUES (1, NULL, NULL), (2, 1, NULL), (3, NULL, 1), (4, 2, 3), (5, NULL, 4);
    INSERT INTO public.a VALUES (1, 2, NULL), (2, 5, NULL); INSERT INTO public.b VALUES (1, 1, 5), (2, 2, 1), (3, 2, NULL);
    UPDATE public.a SET b = 1 WHERE id = 1; INSERT INTO public.bag VALUES (1, 'twin'), (1, 'twin'), (5, 'twin')`;
  await using both = await pair(setup, "DELETE FROM public.t WHERE id = 1");
  const before = await stateOf(both.then.session);
  const disaster = await stateOf(both.production.session);
  const done = await both.recover("missing-rows", { withDependants: true });
  expect(await stateOf(both.production.session)).toEqual(before);
  expect(done.written.find(({ table }) => table === '"public"."b"')).toMatchObject({ inserted: 1, relinked: 1 });
  expect(await runUndo(both.production.target, done.undo ?? "")).toEqual({ done: true });
  expect(await stateOf(both.production.session)).toEqual(disaster);
});

test("rows that need one another in a circle come back where both is asked for: what hangs on them, and what they need", async () => {
  await using both = await pair(
    `CREATE TABLE public.t (id int PRIMARY KEY, team int);
     CREATE TABLE public.teams (id int PRIMARY KEY, owner int REFERENCES public.t);
     ALTER TABLE public.t ADD FOREIGN KEY (team) REFERENCES public.teams;
     INSERT INTO public.t VALUES (1, NULL), (2, NULL); INSERT INTO public.teams VALUES (10, 2);
     UPDATE public.t SET team = 10`,
    "UPDATE public.t SET team = NULL; DELETE FROM public.teams; DELETE FROM public.t WHERE id = 1",
  );
  await both.recover("missing-rows", { withDependants: true, withParents: true });
  expect(await rowsOf(both.production)).toEqual(["(1,10)", "(2,)"]);
  expect(await rowsOf(both.production, "public.teams")).toEqual(["(10,2)"]);
});

test("numbers go on where they were: sequences move forward, never back", async () => {
  const setup = `CREATE TABLE public.t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n serial, v text, twice text GENERATED ALWAYS AS (v || v) STORED);
    INSERT INTO public.t (v) SELECT 'v' FROM generate_series(1, 5); DELETE FROM public.t WHERE id = 5`;
  await using both = await pair(setup, "TRUNCATE public.t RESTART IDENTITY; SELECT setval('public.t_n_seq', 99)");
  const preview = await both.recover("missing-rows", { execute: false });
  expect(preview.sequences).toEqual([{ name: "public.t_id_seq", from: "unused", to: "5" }]);
  await both.recover("missing-rows");
  await both.production.session.query("INSERT INTO public.t (v) VALUES ('next')");
  expect((await rowsOf(both.production)).at(-1)).toBe("(6,100,next,nextnext)");
  expect(await rowsOf(both.production)).toHaveLength(5);
});

test.each([
  [
    "a label that an enum has lost",
    "CREATE TYPE public.e AS ENUM ('a', 'canary')",
    "public.e",
    "ALTER TYPE public.e RENAME VALUE 'canary' TO 'b'",
    "table.value_refused",
  ],
  [
    "a check that was made since",
    "SELECT",
    "text",
    "ALTER TABLE public.t ADD CHECK (v <> 'canary')",
    "table.rule_refused",
  ],
  [
    "a domain that became stricter",
    "CREATE DOMAIN public.d AS text",
    "public.d",
    "ALTER DOMAIN public.d ADD CHECK (VALUE <> 'canary')",
    "table.rule_refused",
  ],
])("%s is told by name, without the value", async (_, before, type, disaster, id) => {
  await using both = await pair(
    `${before}; CREATE TABLE public.t (id int PRIMARY KEY, v ${type}); INSERT INTO public.t VALUES (1, 'canary')`,
    `DELETE FROM public.t; ${disaster}`,
  );
  const failure = await both.recover("missing-rows").catch((error: unknown) => error);
  expect(failure).toMatchObject({ id });
  expect(String(failure)).not.toContain("canary");
});

test("columns that changed since are refused by name, and brought back as a person decided", async () => {
  await using both = await pair(
    "CREATE TABLE public.t (id int PRIMARY KEY, old text, gone int, n int); INSERT INTO public.t VALUES (1, 'x', 2, 3)",
    "ALTER TABLE public.t RENAME old TO renamed; ALTER TABLE public.t DROP gone; ALTER TABLE public.t ALTER n TYPE bigint; ALTER TABLE public.t ADD late text DEFAULT 'd'; DELETE FROM public.t",
  );
  await expect(both.recover("missing-rows")).rejects.toMatchObject({
    id: "table.columns_differ",
    message: expect.stringMatching(/old.*gone.*n was integer/s),
  });
  const decisions = parseDecisions({ map: ["old=renamed"], leave: ["gone"], retype: ["n"] });
  await both.recover("missing-rows", { decisions });
  expect(await rowsOf(both.production)).toEqual(["(1,x,3,d)"]);
});

test("who cannot see every row, a view, another database, a table without a key: refused before anything is done", async () => {
  await using both = await pair(
    "CREATE TABLE public.t (a int); ALTER TABLE public.t ENABLE ROW LEVEL SECURITY; CREATE VIEW public.v AS SELECT 1 AS x",
    "SELECT",
  );
  const { production, then, recover } = both;
  await using role = await testRole(production);
  await production.session.query(`GRANT ALL ON public.t TO ${role.name}`);
  await expect(recover("missing-rows", { production: role.target })).rejects.toMatchObject({ id: "table.filtered" });
  await expect(recover("missing-rows", { table: "public.v" })).rejects.toMatchObject({ id: "table.not_a_table" });
  await expect(recover("missing-rows", { table: "public.nothing" })).rejects.toMatchObject({ id: "table.no_table" });
  await production.session.query('CREATE TABLE public."Odd" (id int)');
  // What a shell leaves of public."Odd".
  await expect(recover("missing-rows", { table: "public.Odd" })).rejects.toThrow(`--table 'public."Odd"'`);
  await expect(recover("changed-rows")).rejects.toMatchObject({ id: "table.no_key" });
  await expect(recover("missing-rows", { backup: production.target })).rejects.toMatchObject({
    id: "table.same_database",
  });
  expect(await rowsOf(then)).toEqual([]);
});

test("an undo refuses where others have written since, or refer to what it would take away", async () => {
  await using both = await pair(
    "CREATE TABLE public.t (id int PRIMARY KEY, v text); CREATE TABLE public.child (t int REFERENCES public.t); INSERT INTO public.t VALUES (1, 'a'), (2, 'b')",
    "DELETE FROM public.t",
  );
  const { production, recover } = both;
  const { undo } = await recover("missing-rows");
  await production.session.query("INSERT INTO public.child VALUES (1)");
  expect(await runUndo(production.target, undo ?? "")).toMatchObject({
    done: false,
    why: expect.stringContaining("refer to no row"),
  });
  await production.session.query("DELETE FROM public.child; UPDATE public.t SET v = 'mine'");
  expect(await runUndo(production.target, undo ?? "")).toMatchObject({
    done: false,
    why: expect.stringContaining("others wrote them since"),
  });
  expect(await rowsOf(production)).toEqual(["(1,mine)", "(2,mine)"]);
});

test("an undo file that cannot be written is one sentence, whatever stands in its way, and production is as it was", async () => {
  await using both = await pair(
    "CREATE TABLE public.t (id int PRIMARY KEY); INSERT INTO public.t VALUES (1)",
    "DELETE FROM public.t",
  );
  const inTheWay = `${scratch.path}/a-file`;
  await writeFile(inTheWay, "");
  const refused = both.recover("missing-rows", { undoFile: `${inTheWay}/undo.sql` });
  await expect(refused).rejects.toMatchObject({ id: "table.unwritable", exitCode: 3 });
  expect(await rowsOf(both.production)).toEqual([]);
  await expect(prepareUndoFolder(`${inTheWay}/undo`)).rejects.toMatchObject({ id: "table.unwritable" });
});

test("a table becomes CSV with a header, in a file for its owner only that must not be there yet", async () => {
  await using database = await testDatabase();
  await database.session.query(
    "CREATE TABLE public.t (id int, \"a,b\" text); INSERT INTO public.t VALUES (1, 'x\ny'), (2, NULL)",
  );
  const path = `${scratch.path}/t.csv`;
  expect(await exportCsv(database.target, "public.t", path)).toMatchObject({ rows: 2 });
  expect(await readFile(path, "utf8")).toBe('id,"a,b"\n1,"x\ny"\n2,\n');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(exportCsv(database.target, "public.t", path)).rejects.toMatchObject({ id: "table.unwritable" });
});
