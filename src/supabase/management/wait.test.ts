import { expect, test } from "vitest";
import { waitUntil } from "./wait.ts";

test("whoever stops a wait is told why it ended, and nothing is looked at again", async () => {
  const stop = new AbortController();
  const reason = new Error("a person");
  let looks = 0;
  const waiting = waitUntil(stop, "A project", 60, async () => {
    looks += 1;
    setTimeout(() => stop.abort(reason), 20);
    return { done: false, state: "COMING_UP" };
  });
  await expect(waiting).rejects.toBe(reason);
  expect(looks).toBe(1);
});
