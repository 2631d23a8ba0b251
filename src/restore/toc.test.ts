import fc from "fast-check";
import { expect, test } from "vitest";
import type { ArchiveEntry } from "./archive.ts";
import { agreeOnEntries, parseTocList, renderList, renderTocLine } from "./toc.ts";

const anyName = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
  fc.constantFrom('t "q', "nl\n1; 2 3 TABLE public x y", "sp ace", "😀", "a;b", "\r", "\u2028", "; comment"),
);

const entry: fc.Arbitrary<ArchiveEntry> = fc.record({
  dumpId: fc.integer({ min: 1, max: 1_000_000 }),
  catalogOid: fc.nat().map(String),
  oid: fc.nat().map(String),
  desc: fc.constantFrom("TABLE", "TABLE DATA", "FK CONSTRAINT"),
  namespace: fc.option(anyName),
  tag: anyName,
  owner: anyName,
  tablespace: fc.constant(null),
  defn: fc.constant(""),
  copyStatement: fc.constant(""),
  dependencies: fc.constant([]),
  fileName: fc.constant(""),
});
const entries = fc.uniqueArray(entry, { selector: (one) => one.dumpId, maxLength: 6 });

test("each entry is one line, whatever its name holds, and is found again by its id", () => {
  fc.assert(
    fc.property(entries, (written) => {
      const listing = `;\n; Archive created at 2026-11-22\n;\n${renderList(written)}`;
      const lines = parseTocList(listing);
      expect(lines.map((line) => line.dumpId)).toEqual(written.map((one) => one.dumpId));
      expect(agreeOnEntries(lines, written)).toEqual(written);
    }),
  );
});

test("a difference between list and file is seen", () => {
  const [one, two] =
    fc.sample(
      entries.filter((all) => all.length >= 2),
      { numRuns: 1, seed: 7 },
    )[0] ?? [];
  if (one === undefined || two === undefined) throw new Error("no sample");
  const lines = parseTocList(renderList([one, two]));
  expect(agreeOnEntries(lines, [one])).toBeNull();
  expect(agreeOnEntries(lines, [one, { ...two, tag: `${two.tag}x` }])).toBeNull();
  expect(agreeOnEntries(lines, [one, { ...two, oid: `${two.oid}1` }])).toBeNull();
});

test("real lines of pg_restore -l", () => {
  const lines = parseTocList(`;
; Selected TOC Entries:
;
3491; 2613 4242 BLOB - 4242 postgres
2165; 826 16563 DEFAULT ACL public DEFAULT PRIVILEGES FOR TABLES r1
3484; 0 16521 TABLE DATA sp ace t "q nl 😀 postgres
`);
  expect(lines).toEqual([
    { dumpId: 3491, catalogOid: "2613", oid: "4242", text: "BLOB - 4242 postgres" },
    { dumpId: 2165, catalogOid: "826", oid: "16563", text: "DEFAULT ACL public DEFAULT PRIVILEGES FOR TABLES r1" },
    { dumpId: 3484, catalogOid: "0", oid: "16521", text: 'TABLE DATA sp ace t "q nl 😀 postgres' },
  ]);
  expect(
    renderTocLine({ ...lines[0], desc: "BLOB", namespace: null, tag: "4242", owner: "postgres" } as ArchiveEntry),
  ).toBe("3491; 2613 4242 BLOB - 4242 postgres");
});
