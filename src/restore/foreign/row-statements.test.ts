import { expect, test } from "vitest";
import { rowsTarget } from "./row-statements.ts";

const row = "(1, 'a) VALUES (2')";

test.each([
  [`INSERT INTO public.t VALUES ${row};`, "public", "t", null],
  [`INSERT INTO public."a VALUES" VALUES ${row};`, "public", "a VALUES", null],
  [`INSERT INTO "s VALUES".t (a, "b VALUES (c") VALUES ${row};`, "s VALUES", "t", ["a", "b VALUES (c"]],
  [`INSERT INTO public.t ("values", b) OVERRIDING SYSTEM VALUE VALUES ${row};`, "public", "t", ["values", "b"]],
  ['COPY public."a VALUES" (a, "b (c)") FROM stdin;', "public", "a VALUES", ["a", "b (c)"]],
  ["INSERT INTO public.t DEFAULT VALUES;", "public", "t", null],
])("%s names its table, and its columns where it lists them", (sql, schema, name, columns) => {
  expect(rowsTarget(sql)).toEqual({ schema, name, columns });
});
