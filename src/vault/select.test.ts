import fc from "fast-check";
import { expect, test } from "vitest";
import { selectEntry } from "./select.ts";
import type { VaultEntry } from "./types.ts";

function entry(taken_at: string): VaultEntry {
  const id = `${taken_at.slice(0, 19).replaceAll(":", "-")}Z-app-4f1c2a9b`;
  return {
    id,
    database: "app",
    taken_at,
    digest: "d",
    size_bytes: 1,
    files: 1,
    saved_at: taken_at,
    snapshot: "1",
    superseded: [],
  };
}

const entries = ["2026-11-22T02:00:05Z", "2026-11-21T23:59:59Z", "2026-11-21T02:00:05Z", "2026-11-19T02:00:05Z"].map(
  entry,
);
const context = { now: new Date("2026-11-22T00:30:00Z"), random: () => 0.99, database: "app" };

test.each([
  ["latest", "2026-11-22T02:00:05Z"],
  ["yesterday", "2026-11-21T23:59:59Z"],
  ["random", "2026-11-19T02:00:05Z"],
  ["2026-11-21T02-00-05Z-app-4f1c2a9b", "2026-11-21T02:00:05Z"],
])("%s", (wanted, taken_at) => {
  expect(selectEntry(entries, wanted, context).taken_at).toBe(taken_at);
});

test.each(["latest", "yesterday", "random"])("%s is never the safety backup of a recovery", (wanted) => {
  const safety = ["2026-11-22T03:00:00Z", "2026-11-21T23:59:59.5Z", "2026-11-18T02:00:05Z"].map((taken_at) => ({
    ...entry(taken_at),
    purpose: "safety" as const,
  }));
  const all = [...entries, ...safety].sort((a, b) => b.taken_at.localeCompare(a.taken_at));
  expect(selectEntry(all, wanted, context)).toEqual(selectEntry(entries, wanted, context));
  expect(selectEntry(all, safety[0]?.id ?? "", context)).toEqual(safety[0]);
});

test("yesterday is a day, not 24 hours, and may have no backup", () => {
  const now = new Date("2026-11-21T10:00:00Z");
  expect(() => selectEntry(entries, "yesterday", { ...context, now })).toThrow(
    expect.objectContaining({ id: "vault.no_backup", kind: "failed" }),
  );
});

test("an unknown id names those that look alike", () => {
  expect(() => selectEntry(entries, "2026-11-21T02-00-05Z-app-4f1c2a9c", context)).toThrow(
    /did you mean 2026-11-21T02-00-05Z-app-4f1c2a9b/,
  );
  expect(() => selectEntry(entries, "2026-11-19", context)).toThrow(/did you mean 2026-11-19T02-00-05Z/);
  expect(() => selectEntry(entries, "nonsense", context)).toThrow(/list what there is/);
  expect(() => selectEntry(entries, "", context)).toThrow(expect.objectContaining({ id: "vault.unknown_backup" }));
});

test("an empty vault says so", () => {
  for (const wanted of ["latest", "yesterday", "random", "some-id"]) {
    expect(() => selectEntry([], wanted, context)).toThrow(expect.objectContaining({ id: "vault.no_backup" }));
  }
});

test("random reaches every backup and nothing else", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (number) => {
      expect(entries).toContain(selectEntry(entries, "random", { ...context, random: () => number }));
    }),
  );
});
