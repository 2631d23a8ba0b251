import { expect, test } from "vitest";
import { looseForm, normalForm } from "./definition-forms.ts";

test.each([
  ["quotes around names", 'CREATE TABLE "public"."t" ("a" integer);', "CREATE TABLE public.t (a integer);"],
  ["line breaks", "CREATE TABLE public.t (\n    a integer\n);", "CREATE TABLE public.t ( a integer );"],
  ["OR REPLACE", "CREATE OR REPLACE FUNCTION f() RETURNS int AS $$x$$;", "CREATE FUNCTION f() RETURNS int AS $_$x$_$;"],
  ["IF NOT EXISTS", "CREATE TABLE IF NOT EXISTS t (a int);", "CREATE TABLE t (a int);"],
])("%s make no difference", (_, one, other) => {
  expect(normalForm(one)).toBe(normalForm(other));
});

test.each([
  ["a name's case", 'CREATE TABLE public."T" (a int);', "CREATE TABLE public.t (a int);"],
  ["a string's case", "COMMENT ON TABLE t IS 'A';", "COMMENT ON TABLE t IS 'a';"],
  ["a body", "CREATE FUNCTION f() AS $$ SELECT 1 $$;", "CREATE FUNCTION f() AS $$ SELECT 2 $$;"],
  ["a role", "CREATE POLICY p ON t TO anon USING (true);", "CREATE POLICY p ON t TO authenticated USING (true);"],
])("%s does", (_, one, other) => {
  expect(normalForm(one)).not.toBe(normalForm(other));
  expect(looseForm(one)).not.toBe(looseForm(other));
});

test("a list of varchar, as PostgreSQL writes it before and after a reload, is one", () => {
  const first = `ALTER TABLE t ADD CONSTRAINT c CHECK (((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])));`;
  const second = `ALTER TABLE t ADD CONSTRAINT c CHECK (((status)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])));`;
  expect(normalForm(first)).not.toBe(normalForm(second));
  expect(looseForm(first)).toBe(looseForm(second));
});

test("how operators are grouped counts in the loose form too", () => {
  expect(looseForm("CHECK (((a AND b) OR c));")).not.toBe(looseForm("CHECK ((a AND (b OR c)));"));
});
