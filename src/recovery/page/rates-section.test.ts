import { expect, test } from "vitest";
import type { Rates, WatchResult } from "../types.ts";
import { ratesSection } from "./rates-section.ts";

const before: Rates = {
  seconds: 86_400,
  commits_per_s: 9,
  rollbacks_per_s: 1,
  deadlocks: 24,
  api_healthy: null,
  errors_by_severity: { high: 2, low: 40 },
};
const after: Rates = {
  ...before,
  seconds: 3600,
  rollbacks_per_s: 3,
  deadlocks: 5,
  api_healthy: true,
  errors_by_severity: { high: 9 },
};
const watch = (parts: Partial<WatchResult>) =>
  ratesSection({ watch: { verdict: "quiet", before, after, findings: [], ...parts } });

test("what was watched stands beside the time before, number by number", () => {
  const section = watch({
    verdict: "regressed",
    findings: ["25 % of the transactions are rolled back, and 10 % were before"],
  });
  expect(section.sentences[0]).toMatch(/^It got worse: 25 %.* mean of the last 24 h/);
  expect(section.table?.rows).toEqual([
    ["Transactions a second", "10", "12"],
    ["Rolled back", "10 %", "25 %"],
    ["Deadlocks an hour", "1", "5"],
    ["API", "not asked", "well"],
    ["Errors of severity high", "2", "9"],
    ["Errors of severity low", "40", "0"],
  ]);
});

test("what is not known is not shown as nothing", () => {
  const unread = { ...after, rollbacks_per_s: null, deadlocks: null, errors_by_severity: null };
  expect(watch({ before: null, after: unread }).table?.rows.slice(0, 3)).toEqual([
    ["Transactions a second", "not known", "not known"],
    ["Rolled back", "not known", "not known"],
    ["Deadlocks an hour", "not known", "not known"],
  ]);
  expect(watch({ verdict: "not_watched", after: null, findings: ["no look succeeded"] })).toEqual({
    title: "Error rate afterwards",
    sentences: ["It could not be watched: no look succeeded."],
  });
  expect(ratesSection({ watch: null }).sentences).toEqual(["It was not watched."]);
});
