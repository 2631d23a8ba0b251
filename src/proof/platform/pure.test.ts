import fc from "fast-check";
import { expect, test } from "vitest";
import { writtenBetween } from "../../census/writes.ts";
import { instant } from "../../supabase/management/fields.ts";
import { judgeProven, judgeSize, newestExport } from "./exports.ts";

const file = (bytes: number, day = 1) => ({
  name: `export-${day}.backup`,
  bytes,
  takenAt: `2026-11-0${day}T09:00:00.000Z`,
  digest: `digest-${day}`,
});

test.each([
  [10_000_000, "failed"],
  [95_000_000, "failed"],
  [42_000_000, "passed"],
])("an export of %i bytes after four of 40 MB: %s", (bytes, status) => {
  expect(
    judgeSize(
      file(bytes),
      [2, 3, 4, 5].map((day) => file(40_000_000, day)),
    ).status,
  ).toBe(status);
});

test("the proof must be of the newest export, not of one before it", () => {
  const proof = { id: "a", takenAt: "2026-11-01T09:00:00.000Z", digest: "digest-1", verdict: "proven", report: "r.md" };
  const failed = { ...proof, digest: "digest-2", verdict: "failed" };
  const newest = newestExport([file(1, 2)], [proof]);
  expect(judgeProven(newest, [proof]).status).toBe("failed");
  expect(judgeProven(newest, [proof, failed]).actual).toBe("its proof ended failed");
  expect(judgeProven(newest, [proof, { ...failed, verdict: "proven" }]).status).toBe("passed");
});

const counts = { inserted: 5, updated: 5, deleted: 5, files: "a" };
const counters = (more: object = {}, origin = "start") => ({ origin, tables: { t: { ...counts, ...more } } });

test.each([
  ["restarted", counters({}, "later")],
  ["reset", counters({ inserted: 1 })],
  ["truncated", counters({ files: "b" })],
  ["not counted", { origin: "start", tables: {} }],
])("counters that were %s bound nothing", (_what, to) => {
  expect(writtenBetween(counters(), to, "t").known).toBe(false);
});

test("what was written is what both readings differ by", () => {
  const to = counters({ inserted: 8, updated: 6, deleted: 5 });
  expect(writtenBetween(counters(), to, "t")).toEqual({ known: true, rows: 4, appearedOrWent: 3 });
});

test("a time is read the same however the API writes it", () => {
  const when = fc.date({ min: new Date("2020-01-01"), max: new Date("2040-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(when, (date) => {
      const iso = date.toISOString();
      const bare = iso.slice(0, -1);
      for (const text of [iso, bare, bare.replace("T", " "), `${bare}+00:00`, `${bare}+00`, `${bare}+0000`]) {
        expect(instant.parse(text)).toBe(iso);
      }
    }),
  );
  for (const text of ["", "yesterday", "2026-13-01T00:00:00Z"]) expect(instant.safeParse(text).success).toBe(false);
});
