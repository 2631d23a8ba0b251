import { expect, test } from "vitest";
import { beginIncident, noReasonYet } from "./begin-incident.ts";

test("the reason is what a person wrote, not the dots of a command that was copied", () => {
  const known = { id: "2026-11-22-shop-1", database: "shop", incident_at: null, actor: "ops" };
  const method = { kind: "full", mode: "side-by-side", request: {} } as const;
  const reasonOf = (reason: string) => beginIncident({ ...known, reason, method, now: new Date(0) }).reason;
  expect(reasonOf(noReasonYet)).toBe("");
  expect(reasonOf("bad migration …")).toBe("bad migration …");
});
