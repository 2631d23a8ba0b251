import fc from "fast-check";
import { expect, test } from "vitest";
import { quoteIdentifier, quoteLiteral } from "../postgres/quote.ts";
import { NotSql, splitStatements, tokenize } from "./sql-tokens.ts";

const anyText = fc.string({ unit: "grapheme", maxLength: 40 });

test("quoted names and literals come back as they were", () => {
  fc.assert(
    fc.property(anyText, anyText, (name, value) => {
      expect(tokenize(`x ${quoteIdentifier(name)}=${quoteLiteral(value)};`)).toEqual([
        { kind: "word", value: "x" },
        { kind: "identifier", value: name },
        { kind: "symbol", value: "=" },
        { kind: "string", value },
        { kind: "symbol", value: ";" },
      ]);
    }),
  );
});

test("escape strings as pg_dump writes them come back as they were", () => {
  fc.assert(
    fc.property(anyText, (value) => {
      const written = ` E'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
      expect(tokenize(written)).toEqual([{ kind: "string", value }]);
    }),
  );
});

test("statements end at semicolons outside of quotes and comments", () => {
  const sql = `-- a; b\n\\restrict abc123\nSELECT 'a;b', "c;d", $x$;$x$;;\nNEXT\n\\unrestrict abc123\n`;
  expect(splitStatements(sql).map((tokens) => tokens.map((token) => token.value))).toEqual([
    ["SELECT", "a;b", ",", "c;d", ",", ";"],
    ["NEXT"],
  ]);
});

test("a quote that is never closed is no SQL", () => {
  expect(() => tokenize("SELECT 'abc")).toThrow(NotSql);
  expect(() => tokenize('SELECT "abc')).toThrow(NotSql);
});
