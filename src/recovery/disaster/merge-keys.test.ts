import fc from "fast-check";
import { expect, test } from "vitest";
import { mergeKeys, namesWithin, rowReader } from "./merge-keys.ts";

const rows = fc.dictionary(fc.constantFrom("1", "2", "3", "4", "5", "6"), fc.constantFrom("a", "b", "c"));
const mapOf = (of: Record<string, string>) => new Map(Object.entries(of));

test("each key that was changed anywhere is counted once, and swapping the sides swaps what they have", () => {
  fc.assert(
    fc.property(rows, rows, rows, (restored, project, own) => {
      const merged = mergeKeys(mapOf(restored), mapOf(project), mapOf(own));
      const keys = new Set([...Object.keys(restored), ...Object.keys(project), ...Object.keys(own)]);
      const changed = [...keys].filter((key) => restored[key] !== project[key] || restored[key] !== own[key]);
      const sum = ({ added, changed: set, deleted }: typeof merged.own) => added + set + deleted;
      expect(sum(merged.own) + sum(merged.project) + merged.alike + merged.both.length).toBe(changed.length);
      const swapped = mergeKeys(mapOf(restored), mapOf(own), mapOf(project));
      expect(swapped).toMatchObject({ own: merged.project, project: merged.own, alike: merged.alike });
      expect(new Set(swapped.both)).toEqual(new Set(merged.both));
    }),
  );
});

test("what is brought from the own server, and what the project has, is all there is when nothing clashes", () => {
  fc.assert(
    fc.property(rows, rows, (restored, own) => {
      const merged = mergeKeys(mapOf(restored), mapOf(restored), mapOf(own));
      expect(merged.both).toEqual([]);
      expect(merged.project).toEqual({ added: 0, changed: 0, deleted: 0 });
      expect(merged.own.added).toBe(Object.keys(own).filter((key) => !(key in restored)).length);
    }),
  );
});

test("names are read as pg_dump and PostgreSQL write them", () => {
  expect(namesWithin('COPY public.t (id, "Order, ""of"")", b) FROM stdin;')).toEqual(["id", 'Order, "of")', "b"]);
  expect(namesWithin("PRIMARY KEY (tenant, id)")).toEqual(["tenant", "id"]);
  expect(namesWithin("")).toEqual([]);
});

test("a row is the same whatever order a server has its columns in, and another when one value is another", () => {
  const one = rowReader(["id", "name"], ["id"])("7\tx");
  expect(rowReader(["name", "id"], ["id"])("x\t7")).toEqual(one);
  expect(rowReader(["id", "name"], ["id"])("7\ty")).toEqual({
    key: "7",
    digest: expect.not.stringMatching(one.digest),
  });
  const keyless = rowReader(["id", "name"], []);
  expect(keyless("7\tx").key).not.toBe(keyless("7\ty").key);
});
