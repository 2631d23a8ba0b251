import fc from "fast-check";
import { expect, test } from "vitest";
import { archiveEntry } from "../../../test/support/archive-entry.ts";
import { census, table } from "../../../test/support/proof.ts";
import type { Manifest } from "../../backup/manifest.ts";
import { backupTaken, green } from "../../report/examples/reports.ts";
import type { AnyReport, CheckReport, SampleRecord } from "../../report/model.ts";
import { tablesOf } from "./candidates.ts";
import { expectedPace, hasTimeFor, roomFor } from "./pace.ts";

const MB = 1024 * 1024;
const report = { markdown: "", json: "" };

/** The record of a verification of this day. */
function verified(day: string, sample: Partial<SampleRecord>): CheckReport {
  const { run } = green();
  const nothing = { verdict: "proven", checks: [], not_covered: [], keepers: [], outage: null, report } as const;
  return {
    kind: "check",
    database: "shop",
    run: { ...run, started_at: `${day}T02:45:00.000Z` },
    ...nothing,
    sample: {
      backup: { id: "", taken_at: run.started_at, digest: "" },
      budget_s: 300,
      seconds: 100,
      pace: { bytes_per_s: 1, fixed_s: 1, runs: 0, from: "assumption" },
      room_bytes: 0,
      restored_bytes: 0,
      small_up_to_bytes: 0,
      nights: 1,
      phases: [],
      tables: [],
      odds: [],
      ...sample,
    },
  };
}

const night = (day: string, megabytes: number, fixed: number, forRows: number) =>
  verified(day, {
    restored_bytes: megabytes * MB,
    phases: [
      { name: "prepare", seconds: fixed },
      { name: "sample.rows", seconds: forRows },
    ],
  });

test("the pace is that of the slowest of the last three nights, of whole proofs before, of an assumption before those", () => {
  expect(expectedPace([])).toMatchObject({ runs: 0, from: "assumption" });
  const phases = [
    { name: "fetch", seconds: 10 },
    { name: "restore.data", seconds: 30 },
    { name: "checks", seconds: 500 },
  ];
  const example = green();
  const backup = example.backup && { ...example.backup, size_bytes: 400 * MB };
  const proof = { ...example, phases, backup, report };
  expect(expectedPace([proof])).toMatchObject({ bytes_per_s: 10 * MB, runs: 1, from: "proofs" });
  const nights = [night("22", 300, 8, 10), night("21", 300, 5, 30), night("20", 300, 6, 15), night("19", 300, 9, 300)];
  expect(expectedPace([...nights, proof])).toEqual({
    bytes_per_s: 10 * MB,
    fixed_s: 8,
    runs: 3,
    from: "verifications",
  });
  // A handful of bytes says how long the rest takes, and nothing of the pace.
  expect(expectedPace([night("22", 1, 7, 10)])).toMatchObject({ fixed_s: 7, from: "assumption" });
});

test("a verification that goes as expected stays within its budget, and one that goes slower begins no more", () => {
  const seconds = fc.double({ min: 1, max: 600, noNaN: true });
  fc.assert(
    fc.property(seconds, seconds, fc.integer({ min: 1, max: 200 }), (budget, fixed_s, speed) => {
      const pace = { bytes_per_s: speed * 1e6, fixed_s, runs: 1, from: "verifications" } as const;
      const room = roomFor(budget, pace);
      if (room > 32 * MB) expect(fixed_s + room / pace.bytes_per_s).toBeLessThan(budget);
    }),
  );
  const pace = { bytes_per_s: 20 * MB, fixed_s: 10, runs: 3, from: "verifications" } as const;
  const midway = { budget: 300, elapsed: 60, loading: 20, loaded: 1000 * MB, next: 1000 * MB };
  expect(hasTimeFor(midway, pace)).toBe(true);
  expect(hasTimeFor({ ...midway, loaded: 100 * MB }, pace)).toBe(false);
  expect(hasTimeFor({ ...midway, elapsed: 240 }, pace)).toBe(false);
  expect(hasTimeFor({ ...midway, loading: 0, loaded: 0, next: 5000 * MB }, pace)).toBe(false);
});

test("a table was last seen when a sample or a whole proof found it equal, and has changed where rows or bytes are others", () => {
  const entry = (tag: string, id: number) =>
    archiveEntry(id, "TABLE DATA", tag, { namespace: "public", fileName: `${id}.dat`, oid: String(id) });
  const entries = [entry("orders", 1), entry("users", 2), entry("new", 3)];
  const files = entries.map(({ fileName, dumpId }) => ({ path: `dump/${fileName}`, bytes: 100 * dumpId, sha256: "" }));
  const manifest = { files } as unknown as Manifest;
  const counted = census({
    tables: {
      "public.orders": table(10),
      "public.users": table(20),
      "public.new": table(5),
      "public.sums": table(1, "1:1", { kind: "matview" }),
    },
  });
  const seen = (name: string, rows: number, equal: boolean | null): SampleRecord["tables"][number] => ({
    table: name,
    rows,
    bytes: 100,
    reason: "its turn",
    compared: rows,
    equal,
    days_since: null,
    odds: [],
  });
  const example = green();
  const old = { ...example.run, started_at: "2026-11-10T10:00:00.000Z" };
  const { backup } = backupTaken();
  const reports: AnyReport[] = [
    verified("2026-11-20", { tables: [seen("public.orders", 10, true), seen("public.users", 20, false)] }),
    { ...example, run: old, report },
    {
      ...backupTaken(),
      backup: backup && { ...backup, id: example.backup?.id ?? "", table_rows: { "public.users": 20 } },
      report,
    },
  ];
  const now = new Date("2026-11-22T02:45:00Z");
  const found = tablesOf({ manifest, census: counted, entries }, ["public.users"], reports, now);
  expect(
    found.map(({ name, daysSince, changed, critical, bytes }) => [name, daysSince, changed, critical, bytes]),
  ).toEqual([
    ["public.orders", 2, false, false, 100],
    ["public.users", 11, false, true, 200],
    ["public.new", 11, true, false, 300],
  ]);
  expect(tablesOf({ manifest, census: counted, entries }, [], [], now)[0]).toMatchObject({
    daysSince: null,
    changed: true,
  });
});
