import { expect, test } from "vitest";
import { census, databasePlan, proofContext, table } from "../../../test/support/proof.ts";
import type { BackupFigures } from "../history/figures.ts";
import { plausibilityHistory } from "./plausibility-history.ts";

const earlier = (day: number, rows: number): BackupFigures => ({
  id: `backup-${day}`,
  taken_at: `2026-11-${day}T02:00:00.000Z`,
  size_bytes: 1,
  rows,
  table_rows: { "public.user": rows },
});

function run(rows: number, history: readonly BackupFigures[]) {
  // The census quotes what the plan need not.
  const database = databasePlan({ critical_tables: ["public.user"] });
  return plausibilityHistory.run(
    proofContext({ database, expected: census({ tables: { "public.user": table(rows) } }), history }),
  );
}

test("passes in line with earlier backups, fails on a loss, tells what is unusual", async () => {
  const history = [earlier(20, 3), earlier(21, 5)];
  expect(await run(4, history)).toMatchObject({ status: "passed", actual: "in line with 2 earlier backups" });
  expect(await run(0, history)).toMatchObject({
    status: "failed",
    findings: [{ object: "public.user", attribute: "rows" }],
  });
  expect(await run(90_000, history)).toMatchObject({
    status: "passed",
    reason: "unusual: public.user has 90,000 rows, after about 4 rows",
    notCovered: [{ what: "public.user has 90,000 rows, after about 4 rows" }],
  });
});

test("a database with fewer than two earlier backups has nothing to be compared with", async () => {
  for (const history of [[], [earlier(21, 5)]]) {
    expect(await run(0, history)).toMatchObject({
      status: "not_applicable",
      notCovered: [{ why: expect.stringContaining("it takes 2") }],
    });
  }
});
