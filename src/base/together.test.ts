import { expect, test } from "vitest";
import { stoppable, together, type Work } from "./together.ts";

const never = new AbortController().signal;

/** Work that only ends when it is stopped, and needs a moment for that. */
function endless(log: string[]): Work<string> {
  return (signal) =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        log.push("told");
        setTimeout(() => {
          log.push("ended");
          resolve("late");
        }, 20);
      });
    });
}

test("each gives its own", async () => {
  const [text, number] = await together(
    never,
    async () => "a",
    async () => 1,
  );
  expect([text.length, number + 1]).toEqual([1, 2]);
});

test("where one fails, nothing of the others is left", async () => {
  const log: string[] = [];
  const failing = async () => {
    throw new Error("first");
  };
  await expect(together(never, endless(log), failing)).rejects.toThrow("first");
  expect(log).toEqual(["told", "ended"]);
});

test("what others throw when they are stopped is not what is told", async () => {
  const failing = async () => {
    throw new Error("first");
  };
  const stopped: Work<void> = (signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("second"))));
  await expect(together(never, stopped, failing)).rejects.toThrow("first");
});

test("a stop reaches all of them", async () => {
  const [log, stop] = [[] as string[], new AbortController()];
  const running = together(stop.signal, endless(log), endless(log));
  stop.abort();
  expect(await running).toEqual(["late", "late"]);
  expect(log).toEqual(["told", "told", "ended", "ended"]);
});

test("work that knows no signal is stopped by what ends it, whether that comes before or meanwhile", async () => {
  for (const moment of ["before", "meanwhile"]) {
    const stop = new AbortController();
    const ended = Promise.withResolvers<string>();
    if (moment === "before") stop.abort();
    const running = stoppable(
      stop.signal,
      () => ended.resolve("stopped"),
      () => ended.promise,
    );
    stop.abort();
    expect(await running).toBe("stopped");
  }
});

test("what ended is not stopped afterwards", async () => {
  const stop = new AbortController();
  let stops = 0;
  const count = () => {
    stops += 1;
  };
  expect(await stoppable(stop.signal, count, async () => "done")).toBe("done");
  stop.abort();
  expect(stops).toBe(0);
});
