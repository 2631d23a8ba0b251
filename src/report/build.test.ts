import { expect, test } from "vitest";
import { buildProofReport } from "./build.ts";

const run = {
  id: "local-1",
  url: null,
  actor: "someone",
  commit: null,
  version: "0.1.0",
  started_at: "2026-11-22T10:00:00.000Z",
  finished_at: "2026-11-22T10:01:00.000Z",
};

const parts = {
  database: "shop",
  kind: "manual",
  level: "source-exact",
  run,
  phases: [],
  checks: [],
  restore_errors: [],
  not_covered: [],
  objectives: { rto: 14_400, rpo: 86_400 },
  newestBackupAge: null,
} as const;

test("a run that knows nothing yet still has every field, and proves nothing", () => {
  expect(buildProofReport(parts)).toEqual({
    verdict: "inconclusive",
    level: "source-exact",
    database: "shop",
    kind: "manual",
    damaged: false,
    run,
    backup: null,
    target: null,
    objectives: {
      rto: { target_s: 14_400, measured_s: null, met: null },
      rpo: { target_s: 86_400, measured_s: null, met: null },
    },
    phases: [],
    checks: [],
    restore_errors: [],
    not_covered: [],
    sabotage: null,
    rehearsal: null,
  });
});

test("what several rooms have left out is told once, by the first", () => {
  const not_covered = [
    { what: "large objects", why: "the role may not read them" },
    { what: "rows of public.t", why: "the plan leaves them out" },
    { what: "large objects", why: "not read" },
  ];
  expect(buildProofReport({ ...parts, not_covered }).not_covered).toEqual(not_covered.slice(0, 2));
});
