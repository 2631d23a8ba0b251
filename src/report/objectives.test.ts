import { expect, test } from "vitest";
import { objective, restoreSeconds } from "./objectives.ts";

const phases = [
  "fetch",
  "prepare",
  "restore.pre-data",
  "restore.data",
  "restore.post-data",
  "census",
  "checks",
  "sabotage",
].map((name) => ({ name, seconds: 1.5 }));

test("a recovery waits for fetch, prepare and restore, not for the proof", () => {
  expect(restoreSeconds(phases)).toBe(7.5);
});

test("a restore that did not end was not measured", () => {
  expect(restoreSeconds(phases.slice(0, 4))).toBeNull();
  expect(restoreSeconds([])).toBeNull();
  expect(restoreSeconds([{ name: "checks", seconds: 1 }])).toBeNull();
});

test("a promise is kept, broken or not known", () => {
  expect(objective(60, 60)).toEqual({ target_s: 60, measured_s: 60, met: true });
  expect(objective(60, 60.1)).toEqual({ target_s: 60, measured_s: 60.1, met: false });
  expect(objective(60, -400)).toEqual({ target_s: 60, measured_s: null, met: false });
  expect(objective(60, null)).toEqual({ target_s: 60, measured_s: null, met: null });
});
