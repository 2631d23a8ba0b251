import fc from "fast-check";
import { expect, test } from "vitest";
import { expectPhases, type PastRun, secondsLeft, secondsLeftByShare, spellRoughly } from "./time-left.ts";

const phases = (fetch: number, restore: number, census: number) => [
  { name: "fetch", seconds: fetch },
  { name: "restore", seconds: restore },
  { name: "census", seconds: census },
];
const run = (bytes: number | null, ...seconds: [number, number, number]): PastRun => ({
  bytes,
  phases: phases(...seconds),
});

test("what is expected is the median of the last five runs, in proportion to the data", () => {
  expect(expectPhases([], 100)).toBeNull();
  expect(expectPhases([{ bytes: 1, phases: [] }], 100)).toBeNull();
  const five = [10, 12, 14, 16, 90].map((seconds) => run(100, seconds, 20, 5));
  expect(expectPhases([...five, run(100, 1000, 1000, 1000)], 100)).toEqual({ runs: 5, phases: phases(14, 20, 5) });
  expect(expectPhases([run(100, 10, 20, 5)], 200)?.phases).toEqual(phases(20, 40, 10));
  // Half of the data took as long: with all of it twice as long is expected of that run.
  expect(expectPhases([run(100, 10, 20, 5), run(50, 10, 20, 5)], 100)?.phases).toEqual(phases(15, 30, 7.5));
  expect(expectPhases([run(null, 10, 20, 5)], 200)?.phases).toEqual(phases(10, 20, 5));
  expect(expectPhases([run(100, 10, 20, 5)], null)?.phases).toEqual(phases(10, 20, 5));
});

test("what is left: by the share of the phase under way, by what is expected without one, and all that comes behind", () => {
  const expected = { runs: 1, phases: phases(10, 20, 5) };
  const left = (done: number[], name: string, seconds: number, share: number | null = null) =>
    secondsLeft(expected, {
      done: done.map((each, index) => ({ name: ["fetch", "restore"][index] ?? "", seconds: each })),
      current: { name, seconds, share },
    });
  expect(secondsLeft(expected, { done: [], current: null })).toBeCloseTo(35);
  expect(left([], "fetch", 0)).toBeCloseTo(35);
  expect(left([], "fetch", 4)).toBeCloseTo(31);
  expect(left([], "fetch", 30)).toBeCloseTo(25);
  // A quarter took ten seconds: the phase needs thirty more, whatever was expected of it.
  expect(left([], "fetch", 10, 0.25)).toBeCloseTo(55);
  // A share that is next to nothing says nothing.
  expect(left([], "fetch", 4, 0.001)).toBeCloseTo(31);
  // Twice as slow so far: so is the rest.
  expect(left([21], "restore", 0)).toBeCloseTo(50);
  // A phase that was passed over is not waited for; one that nobody knows does not matter.
  expect(left([10], "census", 1)).toBeCloseTo(4);
  expect(left([10], "something new", 3)).toBeCloseTo(25);
  expect(secondsLeftByShare(10, 0.5)).toBe(10);
  expect(secondsLeftByShare(10, null)).toBeNull();
});

const seconds = fc.double({ min: 0, max: 1e5, noNaN: true });
const standing = fc.record({
  done: fc.array(seconds, { maxLength: 2 }),
  at: seconds,
  share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
});

test("an estimate is a time: never negative, never endless, less with every phase that is done as expected", () => {
  fc.assert(
    fc.property(fc.tuple(seconds, seconds, seconds), standing, (took, { done, at, share }) => {
      const expected = { runs: 1, phases: phases(...took) };
      const names = ["fetch", "restore", "census"];
      const past = done.map((each, index) => ({ name: names[index] ?? "", seconds: each }));
      const found = secondsLeft(expected, {
        done: past,
        current: { name: names[done.length] ?? "", seconds: at, share },
      });
      expect(found).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(found)).toBe(true);
      const asPlanned = [0, 1, 2, 3].map((count) =>
        secondsLeft(expected, { done: expected.phases.slice(0, count), current: null }),
      );
      expect(asPlanned).toEqual([...asPlanned].sort((a, b) => b - a));
      expect(asPlanned[3]).toBe(0);
    }),
  );
});

test("it is said no more exactly than it is known", () => {
  const said = [0, 9, 12, 44, 94, 100, 240, 3500, 3600, 4800, 7100, 7190].map(spellRoughly);
  expect(said).toEqual([
    "a few seconds",
    "a few seconds",
    "about 10 s",
    "about 45 s",
    "about 95 s",
    "about 2 min",
    "about 4 min",
    "about 58 min",
    "about 1 h",
    "about 1 h 20 min",
    "about 2 h",
    "about 2 h",
  ]);
});
