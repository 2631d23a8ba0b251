import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSums } from "./row-sums.ts";

function sums(lines: readonly string[], lengths: readonly number[] = []) {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const all = new LineSums();
  let from = 0;
  for (const length of [...lengths, bytes.length]) {
    all.push(bytes.subarray(from, from + length));
    from += length;
  }
  return all.result;
}

const line = fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[\n\r]/g, " "));
const lines = fc.array(line, { maxLength: 20 });

test("neither the order of rows nor the pieces in which they come count", () => {
  fc.assert(
    fc.property(lines, fc.array(fc.integer({ min: 1, max: 7 })), (some, lengths) => {
      expect(sums([...some].reverse(), lengths)).toEqual(sums(some));
    }),
  );
});

test("any row that is changed, missing, doubled or swapped for another counts", () => {
  fc.assert(
    fc.property(lines, line, line, (some, one, other) => {
      fc.pre(one !== other);
      const whole = sums([...some, one]);
      expect(sums([...some, other]).sum).not.toBe(whole.sum);
      expect(sums(some)).not.toEqual(whole);
      expect(sums([...some, one, one]).rows).toBe(whole.rows + 1);
      // Twins that are replaced in pairs: an XOR would not see it.
      expect(sums([...some, one, one]).sum).not.toBe(sums([...some, other, other]).sum);
    }),
  );
});

test("zero bytes at the end of a row count, a carriage return of Windows does not", () => {
  expect(sums(["a"]).sum).not.toBe(sums(["a\0"]).sum);
  expect(sums(["a\r"])).toEqual(sums(["a"]));
});
