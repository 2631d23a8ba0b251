import fc from "fast-check";
import { expect, test } from "vitest";
import { type ArchiveEntry, DamagedArchive, describeEntry, parseArchive } from "./archive.ts";

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(value < 0 ? 1 : 0);
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
}

function text(value: string | null): Buffer {
  if (value === null) return integer(-1);
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([integer(bytes.length), bytes]);
}

/** Writes a toc.dat as pg_dump does. */
function write(entries: readonly ArchiveEntry[], minor: number): Buffer {
  const compression = minor >= 15 ? Buffer.from([0]) : integer(0);
  const head = [Buffer.from("PGDMP"), Buffer.from([1, minor, 0, 4, 8, 3]), compression];
  const times = Array.from({ length: 7 }, () => integer(3));
  const names = ["app", "15.18", "15.18"].map(text);
  const body = entries.flatMap((entry) => [
    integer(entry.dumpId),
    integer(entry.fileName === "" ? 0 : 1),
    ...[entry.catalogOid, entry.oid, entry.tag, entry.desc].map(text),
    integer(2),
    ...[entry.defn, "", entry.copyStatement, entry.namespace, entry.tablespace].map(text),
    ...(minor >= 14 ? [text(null)] : []),
    ...(minor >= 16 ? [integer(114)] : []),
    ...[entry.owner, "false", ...entry.dependencies.map(String), null, entry.fileName].map(text),
  ]);
  return Buffer.concat([...head, ...times, ...names, integer(entries.length), ...body]);
}

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((s) => !s.includes("\uFFFD"));
const entry = fc.record({
  dumpId: fc.integer({ min: 1, max: 100_000 }),
  catalogOid: fc.constantFrom("0", "1259"),
  oid: fc.nat().map(String),
  desc: fc.constantFrom("TABLE", "TABLE DATA", "POLICY", "EVENT TRIGGER"),
  namespace: fc.option(name),
  tag: name,
  owner: name,
  tablespace: fc.option(name),
  defn: fc.string(),
  copyStatement: fc.string(),
  dependencies: fc.array(fc.nat(9999)),
  fileName: fc.constantFrom("", "12.dat"),
});
const entries = fc.uniqueArray(entry, { selector: (one) => one.dumpId, maxLength: 8 });
const minors = fc.constantFrom(12, 14, 15, 16);

test("what pg_dump writes is read back, whatever the names are", () => {
  fc.assert(
    fc.property(entries, minors, (written, minor) => {
      expect(parseArchive(write(written, minor))).toEqual({ formatMinor: minor, entries: written });
    }),
  );
});

test("a file that ends anywhere but at its end is damaged", () => {
  fc.assert(
    fc.property(entries, minors, fc.nat(), (written, minor, cut) => {
      const bytes = write(written, minor);
      expect(() => parseArchive(bytes.subarray(0, cut % bytes.length))).toThrow(DamagedArchive);
    }),
  );
});

test("a flipped bit gives another table of contents or a damaged one, and nothing else", () => {
  fc.assert(
    fc.property(entries, minors, fc.nat(), fc.nat(7), (written, minor, at, bit) => {
      const bytes = write(written, minor);
      const position = at % bytes.length;
      bytes.writeUInt8(bytes.readUInt8(position) ^ (1 << bit), position);
      try {
        parseArchive(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedArchive);
      }
    }),
  );
});

test.each([
  ["no archive", Buffer.from("not an archive at all"), /does not begin/],
  ["a format of the future", Buffer.from([80, 71, 68, 77, 80, 1, 17, 0, 4, 8, 3]), /1\.17 is not known/],
  ["custom format", Buffer.from([80, 71, 68, 77, 80, 1, 14, 0, 4, 8, 1]), /not in directory format/],
  ["integers of eight bytes", Buffer.from([80, 71, 68, 77, 80, 1, 14, 0, 8, 8, 3]), /8 bytes/],
])("%s is refused", (_, bytes, why) => {
  expect(() => parseArchive(bytes)).toThrow(why);
});

test("an id that stands twice is damage", () => {
  const [one] = fc.sample(entry, { numRuns: 1, seed: 1 });
  expect(() => parseArchive(write(one === undefined ? [] : [one, one], 14))).toThrow(/same id/);
});

test("an entry is named on one line", () => {
  expect(describeEntry({ desc: "POLICY", namespace: "public", tag: "children own\nrows" })).toBe(
    "POLICY public children own rows",
  );
  expect(describeEntry({ desc: "EXTENSION", namespace: null, tag: "hstore" })).toBe("EXTENSION hstore");
});
