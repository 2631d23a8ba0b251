import { expect, test } from "vitest";
import { unreportedOf } from "./unreported.ts";

const after = { operation: "recovery", database: "shop", error: "--confirm says shopp", mistake: false } as const;

test("what left no report is told, but neither what ended well nor what a person had only mistyped", () => {
  const silent = { ...after, outcome: "failure" } as const;
  expect(unreportedOf(silent)).toEqual({ operation: "recovery", database: "shop", reason: "--confirm says shopp" });
  expect(unreportedOf({ ...silent, mistake: true })).toBeNull();
  expect(unreportedOf({ ...silent, reports: "reports/a.json" })).toBeNull();
  expect(unreportedOf({ ...after, outcome: "success" })).toBeNull();
  // A step that was cut off wrote nothing of its own about it.
  const cut = { operation: "recovery", mistake: false, outcome: "cancelled" } as const;
  expect(unreportedOf(cut)?.reason).toContain("its time was up");
});
