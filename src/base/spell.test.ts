import { expect, test } from "vitest";
import { shortDigest, spellAmount, spellBytes, spellClock, spellCount, spellInstant, spellSeconds } from "./spell.ts";

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [12_345, "12,345"],
  [1_234_567_890, "1,234,567,890"],
])("%d is the count %s", (count, text) => expect(spellCount(count)).toBe(text));

test.each([
  [0, "0 s"],
  [0.04, "0 s"],
  [0.44, "0.4 s"],
  [9.96, "10 s"],
  [59.6, "1 min"],
  [125, "2 min 5 s"],
  [3600, "1 h"],
  [7199, "1 h 59 min"],
  [86_400, "24 h"],
  [100_000, "27 h 46 min"],
  [172_800, "2 d"],
  [604_800 + 3600, "7 d 1 h"],
])("%d seconds are %s", (seconds, text) => expect(spellSeconds(seconds)).toBe(text));

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1000, "1 kB"],
  [3_400_000, "3.4 MB"],
  [999_960, "1 MB"],
  [186_000_000, "186 MB"],
  [1_500_000_000, "1.5 GB"],
])("%d bytes are %s", (bytes, text) => expect(spellBytes(bytes)).toBe(text));

test("amounts agree with their number", () => {
  expect([spellAmount(1, "row"), spellAmount(2, "row"), spellAmount(2, "index", "indexes")]).toEqual([
    "1 row",
    "2 rows",
    "2 indexes",
  ]);
});

test("instants and digests are short", () => {
  expect(spellInstant("2026-11-22T02:00:05.123Z")).toBe("2026-11-22 02:00 UTC");
  expect(spellClock("2026-11-22T02:00:05.123Z")).toBe("02:00:05");
  expect(shortDigest("sha256:4f1c2a9b77d0e351")).toBe("sha256:4f1c2a9b77d0");
});
