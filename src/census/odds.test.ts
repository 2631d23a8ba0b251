import fc from "fast-check";
import { expect, test } from "vitest";
import { oddsOfMissing, together } from "./odds.ts";

/** Every way to choose `size` of `count` rows, by their numbers. */
function subsets(count: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  const found: number[][] = [];
  for (let first = from; first <= count - size; first += 1) {
    for (const rest of subsets(count, size - 1, first + 1)) found.push([first, ...rest]);
  }
  return found;
}

const sample = fc
  .record({ rows: fc.integer({ min: 0, max: 11 }), compared: fc.nat(11), changed: fc.nat(13) })
  .map(({ rows, compared, changed }) => ({ rows, compared: Math.min(compared, rows), changed }));

test("the odds are those of counting every way in which rows can have changed", () => {
  fc.assert(
    fc.property(sample, ({ rows, compared, changed }) => {
      const ways = subsets(rows, Math.min(changed, rows));
      const missed = ways.filter((rowsChanged) => rowsChanged.every((row) => row >= compared));
      expect(oddsOfMissing({ rows, compared }, changed)).toBeCloseTo(missed.length / ways.length, 12);
    }),
  );
});

/** Park and Miller's generator: fast-check's own numbers favour corners, and these must not. */
function* numbersBelow(limit: number): Generator<number> {
  for (let state = 42; ; ) {
    state = (state * 48_271) % 2_147_483_647;
    yield state % limit;
  }
}

test("of large tables they are those that drawing at random comes to", () => {
  const [rows, compared, changed, draws] = [5000, 40, 60, 4000];
  const numbers = numbersBelow(rows);
  let missed = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const hit = new Set<number>();
    while (hit.size < changed) hit.add(numbers.next().value ?? 0);
    if ([...hit].every((row) => row >= compared)) missed += 1;
  }
  const odds = oddsOfMissing({ rows, compared }, changed);
  expect(odds).toBeGreaterThan(0.5);
  expect(Math.abs(missed / draws - odds)).toBeLessThan(0.04);
});

test("more changes and more compared rows never make a miss likelier; all compared misses none, none misses all", () => {
  const large = fc.record({ rows: fc.integer({ min: 1, max: 1e9 }), part: fc.double({ min: 0, max: 1, noNaN: true }) });
  fc.assert(
    fc.property(large, fc.integer({ min: 1, max: 300 }), ({ rows, part }, changed) => {
      const compared = Math.floor(rows * part);
      const odds = oddsOfMissing({ rows, compared }, changed);
      expect(odds).toBeGreaterThanOrEqual(0);
      expect(odds).toBeLessThanOrEqual(1);
      expect(oddsOfMissing({ rows, compared }, changed + 1)).toBeLessThanOrEqual(odds);
      expect(oddsOfMissing({ rows, compared: Math.min(rows, compared + 1) }, changed)).toBeLessThanOrEqual(odds);
      expect(oddsOfMissing({ rows, compared: rows }, changed)).toBe(0);
      expect(oddsOfMissing({ rows, compared: 0 }, changed)).toBe(1);
    }),
  );
  expect(
    together([
      { rows: 90, compared: 0 },
      { rows: 10, compared: 10 },
    ]),
  ).toEqual({ rows: 100, compared: 10 });
  expect(oddsOfMissing({ rows: 100, compared: 10 }, 1)).toBeCloseTo(0.9, 12);
});
