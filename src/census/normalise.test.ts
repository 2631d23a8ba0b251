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
    [
      "s = ANY ((ARRAY['a'::varchar, 'b,]'::varchar])::text[])",
      "s = ANY (ARRAY[('a'::varchar)::text, ('b,]'::varchar)::text])",
    ],
    ["((ARRAY[f(a, b[1]), c])::app.mood[])::text[]", "(ARRAY[(f(a, b[1]))::app.mood, (c)::app.mood])::text[]"],
    [
      "(ARRAY[ARRAY['a'::text], ARRAY[b]])::varchar(5)[]",
      "ARRAY[ARRAY[('a'::text)::varchar(5)], ARRAY[(b)::varchar(5)]]",
    ],
    ["(ARRAY[a])::timestamp(2) with time zone[] OR b", "ARRAY[(a)::timestamp(2) with time zone] OR b"],
  ])("a cast of a whole array is one of its elements where %s was read again", (source, copy) => {
    expect(equalAsRead(source, copy, true)).toBe(true);
  });

  test.each([
    ["FROM public.srf(1) x(id, s);", 'FROM public.srf(1) x(id, s, later, "La ter");'],
    ["FROM srf((1), f()) x(id) WHERE (x.id > 1)", "FROM srf((1), f()) x(id, later) WHERE (x.id > 1)"],
  ])("columns that the rows of a function got later are named where %s was read again", (source, copy) => {
    expect(equalAsRead(source, copy, true)).toBe(true);
    expect(equalAsRead(copy, source, true)).toBe(false);
  });

  test.each([
    ["(ARRAY['a'::varchar])::text[]", "ARRAY[('b'::varchar)::text]"],
    ["(ARRAY['a'::varchar, b])::text[]", "ARRAY[('a'::varchar)::text]"],
    ["(ARRAY['a'::varchar])::text[]", "ARRAY[('a'::varchar)::bpchar]"],
    ["(ARRAY['a'::varchar])::text[]", "(ARRAY['a'::varchar])::text"],
    ["(ARRAY[a])::varchar(5)[]", "ARRAY[(a)::varchar(6)]"],
    ["(ARRAY[a, b])::text[]", "ARRAY[(a)::text, b]"],
    ["FROM srf(1) x(id, s)", "FROM srf(1) x(id, s, 5)"],
    ["FROM srf(1) x(id, s)", "FROM srf(1, s) x(id, s)"],
    ["FROM srf(1) x(id, s)", "FROM srf(1) x(s, id, later)"],
    ["SELECT coalesce(a)", "SELECT coalesce(a, b)"],
    ["WHERE (f(a) AND g(a))", "WHERE (f(a) AND g(a, b))"],
    // What was called the last is the one before it on the copy.
    ["FROM srf(1) WITH ORDINALITY x(id, n)", "FROM srf(1) WITH ORDINALITY x(id, n, m)"],
    ["FROM ROWS FROM(srf(1), g(2)) x(id, n)", "FROM ROWS FROM(srf(1), g(2)) x(id, n, m)"],
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
