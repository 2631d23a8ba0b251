import { expect, test } from "vitest";
import { headTokens } from "./head-tokens.ts";

test("quotes within quotes, quotes that never close, and a value longer than any regular expression can take", () => {
  expect(headTokens(`INSERT INTO "a""b" VALUES ('it''s', '', 'open`, 20)).toEqual([
    { kind: "word", value: "INSERT" },
    { kind: "word", value: "INTO" },
    { kind: "identifier", value: 'a"b' },
    { kind: "word", value: "VALUES" },
    { kind: "symbol", value: "(" },
    { kind: "string", value: "it's" },
    { kind: "symbol", value: "," },
    { kind: "string", value: "" },
    { kind: "symbol", value: "," },
    { kind: "symbol", value: "'" },
    { kind: "word", value: "open" },
  ]);
  const long = "x".repeat(20_000_000);
  expect(headTokens(`'${long}' after`, 2).map(({ value }) => value.length)).toEqual([long.length, 5]);
});
