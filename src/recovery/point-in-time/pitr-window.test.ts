import { expect, test } from "vitest";
import { windowHolds } from "./pitr-window.ts";

const now = new Date("2026-11-22T12:00:00Z");
const day = 86_400;
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();

test.each([
  ["as far as promised", 8, 400, true, "passed"],
  ["a moment less, since the window moves with its base backups", 7 - 0.01, 400, true, "passed"],
  ["half a day less", 6.5, 400, true, "failed"],
  ["to the beginning of a young project", 2, 2.01, true, "passed"],
  ["as far, but it is off", 8, 400, false, "failed"],
])("a window that reaches %s", (_, back, age, pitrEnabled, status) => {
  const window = { earliest: ago(back * day), latest: ago(60) };
  expect(windowHolds({ pitrEnabled, window }, 7 * day, ago(age * day), now).status).toBe(status);
  expect(windowHolds({ pitrEnabled, window: null }, 7 * day, ago(age * day), now).status).toBe("failed");
});
