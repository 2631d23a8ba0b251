import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../census/types.ts";
import { definitionDigest, publicPair } from "./public-form.ts";

test("flags, roles and grants are shown as they are", () => {
  expect(publicPair("row_security", true, false)).toEqual({ expected: "yes", actual: "no" });
  expect(publicPair("owner", "postgres", "anon")).toEqual({ expected: "postgres", actual: "anon" });
  expect(publicPair("grants", ["anon=r/postgres", "x=r/x"], ["x=r/x"])).toEqual({
    expected: "anon=r/postgres",
    actual: "nothing more",
  });
  expect(publicPair("roles", null, ["anon"])).toEqual({ expected: "none", actual: "anon" });
});

test("expressions, bodies, defaults, labels and option values are digests", () => {
  for (const attribute of [
    "definition",
    "body",
    "default",
    "using",
    "check",
    "options",
    "labels",
    "settings",
    "text",
  ]) {
    const { expected, actual } = publicPair(attribute, "secret-1", ["secret-2"]);
    expect(expected).toMatch(/^sha256:[0-9a-f]{8}$/);
    expect(actual).toMatch(/^sha256:[0-9a-f]{8}$/);
    expect(expected).not.toBe(actual);
  }
});

test("text that is not what its attribute says is a digest as well", () => {
  expect(publicPair("owner", "postgres", "postgres'; DROP TABLE t").actual).toMatch(/^sha256:/);
  expect(publicPair("enabled", "yes", "x".repeat(121)).actual).toMatch(/^sha256:/);
});

test("the order of keys does not change a digest, and any value does", () => {
  expect(definitionDigest({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(definitionDigest({ b: [{ d: 3, c: 2 }], a: 1 }));
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      const json = (value: unknown) => JSON.parse(JSON.stringify({ value })) as Json;
      if (definitionDigest(json(a)) === definitionDigest(json(b))) {
        // Only objects whose keys stand in another order may agree.
        expect(json(a)).toEqual(json(b));
      }
    }),
  );
});
