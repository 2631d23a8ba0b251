import fc from "fast-check";
import { expect, test } from "vitest";
import { shareConnections } from "./connections.ts";

test("pg_dump, census and the session of the locks never need more than the plan allows", () => {
  const plans = fc.record({ connections: fc.integer({ min: 3, max: 64 }), jobs: fc.integer({ min: 1, max: 32 }) });
  fc.assert(
    fc.property(plans, (plan) => {
      const { jobs, workers } = shareConnections(plan);
      expect(1 + (jobs === 1 ? 1 : jobs + 1) + workers).toBeLessThanOrEqual(plan.connections);
      expect(jobs).toBeGreaterThanOrEqual(1);
      expect(jobs).toBeLessThanOrEqual(plan.jobs);
      expect(workers).toBeGreaterThanOrEqual(1);
    }),
  );
});

test("the plan's default gives two jobs and two workers", () => {
  expect(shareConnections({ connections: 6, jobs: 2 })).toEqual({ jobs: 2, workers: 2 });
});
