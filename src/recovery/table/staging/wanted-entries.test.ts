import { expect, test } from "vitest";
import { archiveEntry } from "../../../../test/support/archive-entry.ts";
import type { ArchiveEntry } from "../../../restore/archive.ts";
import { dataEntries, stagedEntries } from "./wanted-entries.ts";

let ids = 0;
function entry(desc: string, tag: string, more: Partial<ArchiveEntry> = {}): ArchiveEntry {
  ids += 1;
  return archiveEntry(ids, desc, tag, { namespace: "public", ...more });
}

const [whole, half, leaf, other] = ["whole", "half", "leaf", "other"].map((name) => entry("TABLE", name));
const attach = (part: ArchiveEntry | undefined, to: ArchiveEntry | undefined) =>
  entry("TABLE ATTACH", part?.tag ?? "", { dependencies: [to?.dumpId ?? 0, part?.dumpId ?? 0] });
const entries = [
  ...[whole, half, leaf, other].flatMap((one) => (one === undefined ? [] : [one])),
  attach(leaf, half),
  attach(half, whole),
  entry("FUNCTION", "f()"),
  entry("TABLE DATA", "leaf"),
  entry("TABLE DATA", "other"),
  entry("TABLE DATA", "leaf", { namespace: "elsewhere" }),
  entry("BLOBS", "BLOBS"),
  entry("SEQUENCE SET", "leaf_id_seq"),
];

test("the rows of a partitioned table lie in its partitions, of any depth; a name counts with its schema", () => {
  const found = dataEntries(entries, [{ schema: "public", name: "whole" }]);
  expect(found.map(({ namespace, tag }) => [namespace, tag])).toEqual([["public", "leaf"]]);
  expect(dataEntries(entries, [{ schema: "public", name: "nothing" }])).toEqual([]);
});

test("beside go all definitions, and the rows of these tables alone", () => {
  const data = dataEntries(entries, [{ schema: "public", name: "other" }]);
  const staged = stagedEntries(entries, data);
  expect(staged.filter(({ desc }) => desc === "TABLE DATA").map(({ tag }) => tag)).toEqual(["other"]);
  expect(staged.map(({ desc }) => desc)).not.toContain("BLOBS");
  expect(staged.map(({ desc }) => desc)).toEqual(expect.arrayContaining(["FUNCTION", "SEQUENCE SET", "TABLE ATTACH"]));
});
