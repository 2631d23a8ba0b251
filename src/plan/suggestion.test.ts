import { expect, test } from "vitest";
import { suggestion } from "./suggestion.ts";

const known = ["rto", "rpo", "rows", "table", "critical_tables", "retention"];

test.each([
  ["rtoo", "rto"],
  ["rot", "rto"],
  ["rwos", "rows"],
  ["RETENTION", "retention"],
  ["critical-tables", "critical_tables"],
  ["critcal_tabels", "critical_tables"],
  ["tabel", "table"],
])("%s probably was to be %s", (word, meant) => expect(suggestion(word, known)).toBe(meant));

test.each(["foo", "boss", "a", "", "to", "zebra"])("%j is like none of them", (word) => {
  expect(suggestion(word, known)).toBeNull();
});

test("whoever wants a nearer one says so", () => {
  expect(suggestion("tabls", ["table"], 1 / 3)).toBe("table");
  expect(suggestion("tbls", ["table"])).toBeNull();
  expect(suggestion("rtx", known)).toBe("rto");
  expect(suggestion("rtx", known, 1 / 3)).toBeNull();
});
