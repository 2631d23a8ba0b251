import { expect, test } from "vitest";
import { backupsText } from "./backup-text.ts";

test("the list says which backup a recovery took of what it was about to replace, and of the others what it always said", () => {
  const usual = { id: "one", database: "shop", taken_at: "2026-11-22T02:00:05Z", size_bytes: 2000, digest: "d" };
  const lines = backupsText([
    { ...usual, id: "two", proven: false, safety: true },
    { ...usual, proven: true, safety: false },
  ]).split("\n");
  expect(lines[0]).toMatch(/^two .* not proven, what a recovery found before it began/);
  expect(lines[1]).toMatch(/^one .* {2}proven$/);
});
