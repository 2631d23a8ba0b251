import fc from "fast-check";
import { expect, test } from "vitest";
import { listingOf, unreadableIn } from "./listing.ts";
import { entryOf, tagFilter, tagsOf } from "./tags.ts";

const word = fc.stringMatching(/^[A-Za-z0-9=:._-]{1,40}$/);
const instant = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
const label = fc.record({
  id: word,
  database: word,
  digest: word,
  taken_at: instant.map((date) => date.toISOString()),
});
const size = fc.integer({ min: 0, max: 10 ** 15 - 1 });

test("tags carry a label there and back, in any order", () => {
  fc.assert(
    fc.property(label, size, size, instant, (given, bytes, files, savedAt) => {
      const tags = tagsOf(given, bytes, files, savedAt).split(",").reverse();
      const snapshot = "0123abcd";
      expect(entryOf({ id: snapshot, time: given.taken_at, tags })).toEqual({
        ...given,
        size_bytes: bytes,
        files,
        saved_at: savedAt.toISOString(),
        snapshot,
        superseded: [],
      });
    }),
  );
});

test.each(["", "a,b", "a b", "a\nb"])("a label with %j is refused, not cut in two", (id) => {
  const given = { id, database: "app", digest: "d", taken_at: "2026-11-22T02:00:05Z" };
  expect(() => tagsOf(given, 1, 1, new Date(0))).toThrow(expect.objectContaining({ id: "vault.bad_label" }));
});

test("whatever the tags are, an entry is whole or none", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (tags) => {
      expect(entryOf({ id: "0123abcd", time: "2026-11-22T02:00:05Z", tags })).toBeNull();
    }),
  );
});

test.each([
  ["2026-11-22T02:00:05Z", true],
  ["2026-11-22T02:00:04Z", false],
  ["2026-11-23T02:00:05Z", false],
  ["sometime", false],
])("a backup of 02:00:05.9 is none with a snapshot's time of %s, unless that is the same", (time, same) => {
  const given = { id: "a", database: "app", digest: "d", taken_at: "2026-11-22T02:00:05.900Z" };
  expect(entryOf({ id: "0123abcd", time, tags: tagsOf(given, 1, 1, new Date(0)).split(",") }) !== null).toBe(same);
});

test("a filter by database is an and", () => {
  expect(tagFilter()).toBe("ithaca");
  expect(tagFilter("app")).toBe("ithaca,database=app");
});

test("a listing says what of ours it cannot read, and ignores the rest", () => {
  const tags = tagsOf({ id: "a", database: "app", digest: "d", taken_at: "2026-11-22T02:00:05Z" }, 1, 1, new Date(0));
  const time = "2026-11-22T02:00:05Z";
  const listing = listingOf([
    { id: "11111111", time, tags: tags.split(",") },
    { id: "22222222", time, tags: ["ithaca", "id=b"] },
    { id: "33333333", time, tags: ["someone"] },
    { id: "44444444", time },
  ]);
  expect(listing.entries.map((entry) => entry.id)).toEqual(["a"]);
  expect(listing.unreadable).toEqual(["22222222"]);
  expect(listing.remarks).toEqual([expect.stringContaining("22222222")]);
});

test.each([
  ["could not load snapshot 948c5902: load <snapshot/948c59022e>: invalid data returned", ["948c5902"]],
  [
    'Ignoring "948c59022eb5a9d3": failed to load snapshot 948c5902: LoadRaw(<snapshot/948c59022e>): invalid data',
    ["948c5902"],
  ],
  ["nothing of the kind", []],
])("damaged snapshots are heard of: %s", (stderr, ids) => {
  expect(unreadableIn(stderr)).toEqual(ids);
});
