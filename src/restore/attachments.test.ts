import { expect, test } from "vitest";
import type { ArchiveEntry } from "./archive.ts";
import { apartFromAttachments } from "./attachments.ts";

const entry = (dumpId: number, desc: string, ...dependencies: number[]) =>
  ({ dumpId, desc, dependencies }) as unknown as ArchiveEntry;
const ids = (entries: readonly ArchiveEntry[]) => entries.map(({ dumpId }) => dumpId);

test("indexes of partitions are attached by one connection, and what waits for them comes behind", () => {
  const view = entry(7, "MATERIALIZED VIEW DATA", 6);
  const entries = [
    entry(1, "CONSTRAINT"),
    entry(2, "CONSTRAINT"),
    view,
    entry(3, "INDEX ATTACH", 1, 2),
    entry(4, "FK CONSTRAINT", 1),
    entry(5, "FK CONSTRAINT", 1, 3),
    entry(6, "VIEW", 5),
  ];
  const { inJobs, oneByOne } = apartFromAttachments(entries);
  expect(ids(inJobs)).toEqual([1, 2, 4]);
  expect(ids(oneByOne)).toEqual([7, 3, 5, 6]);
});

test("without partitions all is in jobs", () => {
  const entries = [entry(1, "TABLE"), entry(2, "INDEX", 1)];
  expect(apartFromAttachments(entries)).toEqual({ inJobs: entries, oneByOne: [] });
});
