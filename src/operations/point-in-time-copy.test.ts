import { expect, test } from "vitest";
import { pgbackrestErrors } from "../recovery/pgbackrest/errors.ts";
import { ofOwnTimeline } from "./point-in-time-copy.ts";

test("production's own timeline that the archive lacks is nobody's wrong input", () => {
  const unknown = pgbackrestErrors.no_timeline({ timeline: "2" });
  expect(ofOwnTimeline(unknown, { timeline: 2 })).toMatchObject({
    id: "pgbackrest.own_timeline",
    kind: "surroundings",
  });
  expect(ofOwnTimeline(unknown, { timeline: null })).toBe(unknown);
  const other = new Error("another");
  expect(ofOwnTimeline(other, { timeline: 2 })).toBe(other);
});
