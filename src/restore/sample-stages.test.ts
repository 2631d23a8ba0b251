import { expect, test } from "vitest";
import { archiveEntry } from "../../test/support/archive-entry.ts";
import type { ArchiveEntry } from "./archive.ts";
import { sampleStages } from "./sample-stages.ts";

const entry = (dumpId: number, desc: string, tag: string, dependencies: readonly number[] = []) =>
  archiveEntry(dumpId, desc, tag, { dependencies });

const idsOf = (entries: readonly ArchiveEntry[]) => entries.map(({ dumpId }) => dumpId);

// As pg_dump 17.12 writes large objects: groups among the data. pg_dump 15 writes a definition for each.
test.each([
  ["BLOB METADATA", { first: [1], rows: [2, 3, 4], atOnce: new Set([2, 3, 4]) }],
  ["BLOB", { first: [1, 2, 3, 4], rows: [], atOnce: new Set() }],
])("large objects that are not in the sample are made all the same, with comment and rights: %s", (desc, stages) => {
  const entries = [
    entry(1, "SCHEMA", "app"),
    entry(2, desc, "70003..70004"),
    entry(3, "COMMENT", "LARGE OBJECT 70003", [2]),
    entry(4, "ACL", "LARGE OBJECT 70003", [2]),
    entry(5, "BLOBS", "BLOBS", [2]),
  ];
  const found = sampleStages(entries, { waves: [new Set()] });
  expect({ first: idsOf(found.first), rows: idsOf(found.rows), atOnce: found.atOnce }).toEqual(stages);
  expect(found.last).toEqual([]);
});
