import { expect, test } from "vitest";
import { IthacaError } from "./errors.ts";
import { sleep } from "./sleep.ts";

const stop = () => new IthacaError("run.interrupted", "interrupted", "Stopped on request; start it again.");

test("a sleep is as long as it is told, with a signal or without", async () => {
  const start = performance.now();
  await sleep(20);
  await sleep(20, new AbortController().signal);
  // A timer may fire a millisecond early.
  expect(performance.now() - start).toBeGreaterThanOrEqual(38);
});

test("one that is stopped, before or meanwhile, ends with why it was stopped", async () => {
  const reason = stop();
  const controller = new AbortController();
  const waiting = sleep(60_000, controller.signal);
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(sleep(60_000, controller.signal)).rejects.toBe(reason);
});
