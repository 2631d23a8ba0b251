import { expect, test } from "vitest";
import { archiveEntry } from "../../test/support/archive-entry.ts";
import type { ArchiveEntry } from "./archive.ts";
import { planRuns } from "./runs.ts";

const entry = (dumpId: number, desc: string) =>
  archiveEntry(dumpId, desc, `t${dumpId}`, { namespace: "public", fileName: `${dumpId}.dat` });

const rows = (count: number) => Array.from({ length: count }, (_, place) => entry(place + 1, "TABLE DATA"));
const sized = (entries: readonly ArchiveEntry[], bytes: (dumpId: number) => number) =>
  new Map(entries.map(({ dumpId }) => [dumpId, bytes(dumpId)] as const));

test("many small tables get a run of their own, a large one stays with the definitions", () => {
  const tables = rows(101);
  const entries = [entry(1000, "TABLE"), entry(1001, "SEQUENCE SET"), ...tables];
  const runs = planRuns(
    entries,
    sized(tables, (id) => (id === 1 ? 8_000_000 : 100)),
  );
  expect(runs.together.map(({ dumpId }) => dumpId)).toEqual([1000, 1001, 1]);
  expect(runs.small.map(({ dumpId }) => dumpId)).toEqual(tables.slice(1).map(({ dumpId }) => dumpId));
  expect(runs.serialPostData).toBe(false);
});

test("what follows little work is not shared out", () => {
  const tables = rows(500);
  const bytes = sized(tables, () => 4000);
  expect(planRuns(tables, bytes)).toMatchObject({ together: [], serialPostData: true });
});

test.each([
  ["few small tables", rows(99), 100],
  ["files whose size nobody knows", rows(500), 0],
  ["large tables", rows(500), 64 * 1024],
])("%s are loaded together with the definitions", (_title, tables, size) => {
  const bytes = sized(tables, () => size);
  expect(planRuns(tables, bytes)).toEqual({ together: tables, small: [], serialPostData: false });
});
