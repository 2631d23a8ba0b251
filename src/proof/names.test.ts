import fc from "fast-check";
import { expect, test } from "vitest";
import { quoteIdentifier } from "../postgres/quote.ts";
import { canonical, isQualified, lookUp, parseQualified } from "./names.ts";

const identifier = fc.string({ unit: "binary", minLength: 1, maxLength: 63 });

test("any two identifiers survive quoting and parsing", () => {
  fc.assert(
    fc.property(identifier, identifier, (schema, name) => {
      expect(parseQualified(`${quoteIdentifier(schema)}.${quoteIdentifier(name)}`)).toEqual({ schema, name });
    }),
  );
});

test("the same name is found however it is quoted, and another one is not", () => {
  expect(canonical("public.user")).toBe(canonical('public."user"'));
  expect(canonical('public."A.b"')).not.toBe(canonical('"public.A".b'));
  expect(lookUp({ 'public."user"': 1 }, "public.user")).toBe(1);
  expect(lookUp({ "public.users": 1 }, "public.user")).toBeUndefined();
});

test("what is not schema and name is refused", () => {
  for (const text of ["users", "a.b.c", ".a", 'a."b', '"a"b.c', ""]) {
    expect(isQualified(text)).toBe(false);
    expect(() => parseQualified(text)).toThrow(TypeError);
  }
});
