import { expect, test } from "vitest";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { rehearseLocally } from "./local-point-in-time.ts";

test("with nothing set up: a bad migration, and the moment before it, proved", async () => {
  const result = await rehearseLocally({
    environment: {},
    clock: systemClock,
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: "/nonexistent",
  });
  expect(result.checks.map(({ id, status }) => `${id} ${status}`)).toEqual([
    "point.origin passed",
    "point.before passed",
    "point.after passed",
    "point.dropped_table passed",
  ]);
  expect(result.verdict).toBe("proven");
  expect(result.phases.map(({ name }) => name)).toEqual(["prepare", "restore", "prove"]);
});
