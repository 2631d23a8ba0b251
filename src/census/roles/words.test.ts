import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addsUp, calledNames, hasLooseContent, pinClock, readNames, readsClock, strays } from "./words.ts";

const at = "2026-11-22 02:00:00.123456+00";
const fixed = `('${at}'::pg_catalog.timestamptz)`;

describe("the clock", () => {
  test.each([
    ["(created_at > (now() - '30 days'::interval))", `(created_at > (${fixed} - '30 days'::interval))`],
    ["(day = CURRENT_DATE)", `(day = ('${at}'::pg_catalog.timestamptz::pg_catalog.date))`],
    ["(at < LOCALTIMESTAMP)", `(at < ('${at}'::pg_catalog.timestamptz::pg_catalog.timestamp))`],
    ["(at < CURRENT_TIMESTAMP)", `(at < ${fixed})`],
    ["(note = 'now()'::text)", "(note = 'now()'::text)"],
    ["(note = 'it''s now()'::text)", "(note = 'it''s now()'::text)"],
    [`("now()" = 1)`, `("now()" = 1)`],
    ["(app.now() > at)", "(app.now() > at)"],
  ])("%s", (expression, pinned) => {
    expect(pinClock(expression, at)).toBe(pinned);
  });

  test("what cannot be pinned is still seen", () => {
    for (const text of ["clock_timestamp() > at", "age(born) > x", "CURRENT_TIMESTAMP(0) > at", "'now'::text = x"]) {
      expect(readsClock(pinClock(text, at))).toBe(true);
    }
    expect(readsClock(pinClock("at > now() and day < CURRENT_DATE", at))).toBe(false);
  });

  test("quoted text is never touched", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const literal = `'${text.replaceAll("'", "''")}'`;
        expect(pinClock(`${literal} = now()`, at)).toBe(`${literal} = ${fixed}`);
      }),
    );
  });
});

test("chance, connection, server and catalog are seen; a user's own claims are not among them", () => {
  for (const text of ["random() < 0.5", "session_user = owner", "x = pg_backend_pid()", "SELECT FROM pg_class c"]) {
    expect(strays(text)).not.toBeNull();
  }
  const own = "(auth.uid() = id) AND (current_setting('app.admin', true) = 'on') AND (CURRENT_USER = name)";
  expect(strays(own)).toBeNull();
  expect(readsClock(own)).toBe(false);
});

test("content that depends on the order of reading is seen", () => {
  expect(hasLooseContent("SELECT DISTINCT ON (a) b FROM t")).toBe(true);
  expect(hasLooseContent("SELECT string_agg(a, ',') FROM t")).toBe(true);
  expect(hasLooseContent("SELECT count(*) FROM t GROUP BY a")).toBe(false);
});

test("aggregates that add up are seen, and other words that begin alike are not", () => {
  for (const call of ["sum(x)", "avg (x)", "stddev(x)", "var_samp(x)", "corr(x, y)", "regr_slope(x, y)"]) {
    expect(addsUp(`SELECT ${call} FROM t`)).toBe(true);
  }
  expect(addsUp("SELECT max(x), summary(y), x::varchar(9) FROM sum")).toBe(false);
});

test("bodies are read for the names that they call and the relations that they read", () => {
  const body = `SELECT public.Has_Role(x), "My ""f"(1) FROM public."T t" JOIN ONLY s.u ON true, lateral (select 1 from v)`;
  expect(calledNames(body)).toEqual(expect.arrayContaining(["has_role", 'My "f']));
  expect(readNames(body)).toEqual(["T t", "u", "v"]);
});
