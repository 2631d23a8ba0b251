import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalisations, normalise, withoutMaintain } from "./normalise.ts";
import { equalAsRead, tokens } from "./normalise-definition.ts";
import type { InventoryObject } from "./types.ts";

const newer: readonly InventoryObject[] = [
  { kind: "constraint", name: "t_a_not_null ON s.t", attributes: { type: "not null" } },
  {
    kind: "domain",
    name: "s.d",
    attributes: { not_null: true, constraints: { d_not_null: { type: "not null" }, c: { type: "check" } } },
  },
  { kind: "table", name: "s.t", attributes: { grants: ["anon=m/o", "o=arwdDxtm/o"] } },
  { kind: "default-privilege", name: "FOR o ON tables", attributes: { grants: ["anon=arwm*/o"] } },
  { kind: "column", name: "s.part.id", attributes: { identity: "always", inherited: true } },
  { kind: "column", name: "s.t.id", attributes: { identity: "always" } },
  { kind: "membership", name: "a IN b", attributes: { admin: false, inherit: true, set: true } },
];

describe("normalisations between majors", () => {
  test("each is applied only where one side is older", () => {
    expect(normalise(newer, 18, 18)).toEqual(newer);
    expect(normalise(newer, 16, 16)).toEqual(newer);
    expect(normalise(newer, 18, 17)).toEqual(newer.slice(1));
  });

  test("what 15 cannot know is taken out of what 18 says", () => {
    expect(normalise(newer, 18, 15)).toEqual([
      { kind: "domain", name: "s.d", attributes: { not_null: true, constraints: { c: { type: "check" } } } },
      { kind: "table", name: "s.t", attributes: { grants: ["o=arwdDxt/o"] } },
      { kind: "default-privilege", name: "FOR o ON tables", attributes: { grants: ["anon=arw/o"] } },
      { kind: "column", name: "s.part.id", attributes: { inherited: true } },
      { kind: "column", name: "s.t.id", attributes: { identity: "always" } },
      { kind: "membership", name: "a IN b", attributes: { admin: false } },
    ]);
  });

  test("each has a reason and a name of its own", () => {
    expect(new Set(normalisations.map((n) => n.name)).size).toBe(normalisations.length);
    for (const { why } of normalisations) expect(why.length).toBeGreaterThan(20);
  });

  test("a role whose name holds `m=m/` keeps it", () => {
    expect(withoutMaintain('"m=m/""m"=rm*x/"m=m/"')).toBe('"m=m/""m"=rx/"m=m/"');
    expect(withoutMaintain("=m/mm")).toBe("=/mm");
  });
});

describe("definitions of views between majors", () => {
  const of15 = "SELECT t.id,\n    lower(t.name) AS n\n   FROM public.t\n  WHERE t.id > 1 AND t.note = 't.id'::text;";
  const of16 = "SELECT id, lower(name) AS n FROM public.t WHERE id > 1 AND note = 't.id'::text;";

  test("the same view is equal both ways", () => {
    expect(equalAsRead(of15, of16, false)).toBe(true);
    expect(equalAsRead(of16, of15, false)).toBe(true);
  });

  test.each([
    of16.replace("id > 1", "id > 2"),
    of16.replace("public.t", "other.t"),
    of16.replace("'t.id'", "'id'"),
    of16.replace("AND", "OR"),
    of16.replace("lower(", "public.lower("),
    of16.replace("id, ", "note, "),
    `${of16} LIMIT 1`,
  ])("but %s is another", (changed) => {
    expect(equalAsRead(of15, changed, false)).toBe(false);
  });

  test("within one major qualifiers count", () => {
    expect(equalAsRead(of15, of16, true)).toBe(false);
  });

  test.each([
    ["EXISTS ( SELECT 'x'::text)", "EXISTS ( SELECT 'x'::text AS text)"],
    ["SELECT 2, '1'::timestamp(3) with time zone;", `SELECT 2, '1'::timestamp(3) with time zone AS "timestamptz";`],
    ["SELECT 'a'::app.mood[] FROM t", "SELECT 'a'::app.mood[] AS mood FROM t"],
  ])("a column without a name has one where %s was read again", (source, copy) => {
    expect(equalAsRead(source, copy, true)).toBe(true);
    // Only what was read again gains names.
    expect(equalAsRead(copy, source, true)).toBe(false);
  });

  test.each([
    ["SELECT 'x'::text AS a", "SELECT 'x'::text AS b"],
    ["SELECT 'x'::text", "SELECT 'y'::text AS text"],
    ["SELECT a", "SELECT a AS b"],
    ["WITH w AS (SELECT 1)", "WITH w AS MATERIALIZED (SELECT 1)"],
  ])("but of %s, %s is another", (source, copy) => {
    expect(equalAsRead(source, copy, true)).toBe(false);
  });

  test("a text is always equal to itself, whatever it is", () => {
    fc.assert(fc.property(fc.string(), (text) => equalAsRead(text, text, true)));
  });

  test("no token is lost", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(tokens(text).join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
      }),
    );
  });
});
