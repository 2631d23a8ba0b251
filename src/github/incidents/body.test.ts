import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePlan } from "../../plan/parse.ts";
import { againComment, issueBody, type Voice } from "./body.ts";
import type { Fault } from "./fault.ts";
import { type IncidentState, keyMarker, readKey, readState, stateMarker } from "./marker.ts";

const plan = parsePlan("version: 1\ndatabases: {shop: {}}\n", "ithaca.yaml");
const page = "https://github.com/acme/shop/blob/main";
const voice: Voice = { plan, branch: "main", reportsAt: page, runbook: `${page}/docs/runbook.md`, discreet: false };
const at = new Date("2026-11-23T10:00:00Z");
const state: IncidentState = {
  count: 1,
  at: at.toISOString(),
  backup_at: null,
  signature: "s",
  told_at: at.toISOString(),
  sources: ["a"],
};

function fault(changes: Partial<Fault>): Fault {
  return {
    key: { database: "shop", family: "proof" },
    verdict: "failed",
    title: "the proof failed",
    section: "proof-failed",
    lead: "**It failed.** See [below](#checks).",
    steps: ["Look at [the checks](#checks)."],
    details: [{ title: "Checks", text: "none" }],
    signature: "s",
    source: { id: "a", at, backupAt: null, runUrl: null, reportPath: "reports/2026/11/23-weekly-1-shop.md" },
    ...changes,
  };
}

describe("the body of an issue", () => {
  test("is cut at a line, with a pointer to the report, and keeps what people need first", () => {
    const details = Array.from({ length: 40 }, (_, i) => ({ title: `Part ${i}`, text: "| a row |\n".repeat(300) }));
    const body = issueBody(fault({ details }), state, at, voice);
    expect(body.length).toBeLessThanOrEqual(60_000);
    expect(body.length).toBeGreaterThan(55_000);
    expect(body).toContain("## Who answers, and until when");
    const end = `| a row |\n…cut here: the rest stands in [the report](${page}/reports/2026/11/23-weekly-1-shop.md).\n`;
    expect(body.endsWith(end)).toBe(true);
    expect(body).toContain(
      "[the checks](https://github.com/acme/shop/blob/main/reports/2026/11/23-weekly-1-shop.md#checks)",
    );
    const huge = issueBody(fault({ lead: "words\n".repeat(50_000) }), state, at, voice);
    expect(huge.length).toBeLessThanOrEqual(60_000);
    expect(readKey(huge)).toEqual({ database: "shop", family: "proof" });
    expect(againComment(fault({ lead: "words\n".repeat(50_000) }), 2, false, voice).length).toBeLessThanOrEqual(10_000);
  });

  test("promises that others are told only of what is escalated", () => {
    const promises = (family: string) =>
      issueBody(fault({ key: { database: "shop", family } }), state, at, voice).includes("Else everybody who hears");
    expect(["proof", "retain", "missed:watch"].filter((family) => !promises(family))).toEqual([]);
    expect(["missed:prove", "escalation", "plan"].filter(promises)).toEqual([]);
  });

  test("leads nowhere where there is no report", () => {
    const source = { ...fault({}).source, reportPath: null };
    const body = issueBody(fault({ source }), state, at, voice);
    expect(body).toContain("**It failed.** See below.");
    expect(body).toContain("left no page");
  });
});

describe("markers", () => {
  const key = fc.record({
    database: fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/),
    family: fc.stringMatching(/^[a-z][a-z0-9:_-]{0,59}$/),
  });
  const anyState = fc.record({
    count: fc.integer({ min: 1 }),
    at: fc.constant(state.at),
    backup_at: fc.constantFrom(null, state.at),
    signature: fc.string(),
    told_at: fc.constant(state.at),
    sources: fc.array(fc.string({ unit: "binary" })),
  });

  test("are read back as they were written, whatever is in them, and end no comment early", () => {
    fc.assert(
      fc.property(key, anyState, (written, remembered) => {
        const body = `${keyMarker(written)}\n${stateMarker(remembered)}\n\ntext`;
        expect(readKey(body)).toEqual(written);
        expect(readState(body)).toEqual(remembered);
        expect(body.match(/-->/g)).toHaveLength(2);
      }),
    );
  });

  test.each([
    "",
    "<!-- ithaca:key=shop -->",
    "> <!-- ithaca:key=shop/proof -->",
    "<!-- ithaca:state={} -->",
  ])("what is none is none: %j", (body) => {
    expect(readKey(body)).toBeNull();
    expect(readState(body)).toBeNull();
  });
});
