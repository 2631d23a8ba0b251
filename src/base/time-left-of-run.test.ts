import { expect, test } from "vitest";
import type { Progress } from "./progress.ts";
import { tellTimeLeft } from "./time-left-of-run.ts";

/** A progress that writes down what is left when each step begins, at each note, and when it has ended. */
function recorder() {
  const lines: string[] = [];
  let left: () => string | null = () => "nobody tells";
  const progress: Progress = {
    async step(title, work) {
      lines.push(`${title}: ${left()}`);
      const result = await work((text) => lines.push(`${title}, ${text}: ${left()}`));
      lines.push(`${title} done: ${left()}`);
      return result;
    },
    warn: (message) => lines.push(message),
    timeLeft: (text) => {
      left = text;
    },
  };
  return { lines, progress };
}

const phases = [
  { phase: "fetch", steps: ["Find", "Fetch "] },
  { phase: "restore", steps: ["Restore"] },
];
const expected = {
  runs: 3,
  phases: [
    { name: "fetch", seconds: 100 },
    { name: "restore", seconds: 2900 },
  ],
};

test("each phase that ends tells what is left, at today's pace; at the end nothing is", async () => {
  const { lines, progress } = recorder();
  const told = tellTimeLeft(progress, expected, phases);
  await told.step("Find it", async () => {});
  await told.step("Fetch it", async (note) => note("half", 0.5));
  await told.step("Restore it", () => told.step("Load", async (note) => note("a part", 0.9)));
  expect(lines).toEqual([
    "Find it: about 50 min left, by the last 3 runs",
    "Find it done: about 50 min left, by the last 3 runs",
    "Fetch it: about 50 min left, by the last 3 runs",
    "Fetch it, half: about 48 min left, by the last 3 runs",
    // It took no time at all: the rest is believed to go up to four times as fast as it did.
    "Fetch it done: about 12 min left, by the last 3 runs",
    "Restore it: about 12 min left, by the last 3 runs",
    "Load: about 12 min left, by the last 3 runs",
    "Load, a part: about 12 min left, by the last 3 runs",
    "Load done: about 12 min left, by the last 3 runs",
    "Restore it done: null",
  ]);
});

test("without an earlier run it says so once, and speaks of the step alone, where somebody counts", async () => {
  const { lines, progress } = recorder();
  const told = tellTimeLeft(progress, null);
  await told.step("Try", async (note) => {
    note("begun", 0);
    note("half", 0.5);
    note("somewhere");
  });
  expect(lines).toEqual([
    "Try: no earlier run to go by",
    "Try, begun: null",
    "Try, half: this step: a few seconds left",
    "Try, somewhere: null",
    "Try done: null",
  ]);
});

test("what takes longer than it ever did says that, and work within work leaves the telling to the whole", async () => {
  const { lines, progress } = recorder();
  const told = tellTimeLeft(progress, { runs: 1, phases: [{ name: "whole", seconds: 0 }] });
  expect(told.timeLeft).toBeUndefined();
  const within = tellTimeLeft(told, expected, phases);
  await expect(within.step("Fetch it", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(lines).toEqual(["Fetch it: longer than the last run"]);
});
