import { expect, test } from "vitest";
import { aboutSafetyBackup } from "./safety-backup.ts";

const incidents = new Map([["b1", "i1"]]);

test("a safety backup that nobody has named is an obstacle, and one that was named is told of", () => {
  const [unnamed, named] = [aboutSafetyBackup(incidents, "b1", false), aboutSafetyBackup(incidents, "b1", true)];
  expect(unnamed).toEqual({ hazards: [], obstacles: [expect.stringMatching(/^b1 .* the incident i1.* by its id\.$/)] });
  expect(named).toEqual({ hazards: [expect.stringMatching(/^b1 .* the incident i1/)], obstacles: [] });
  expect(aboutSafetyBackup(incidents, "b2", false)).toEqual({ hazards: [], obstacles: [] });
});
