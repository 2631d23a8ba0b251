import { join } from "node:path";
import { expect, test } from "vitest";
import { fixedClock } from "../../src/base/clock.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { withTimeLeft } from "../../src/operations/time-left.ts";
import { planSchema } from "../../src/plan/schema.ts";
import { backupTaken } from "../../src/report/examples/reports.ts";
import { writeReport } from "../../src/report/write.ts";
import { terminalProgress } from "./progress.ts";

test("a log has one line per phase, with what is left by the reports that lie there; or that there are none", async () => {
  await using scratch = await scratchDirectory("time-left");
  const plan = planSchema.parse({ version: 1, databases: { shop: {} } });
  const database = plan.databases.shop;
  if (database === undefined) throw new Error("no database");
  const subject = { plan, database, planDirectory: scratch.path, name: "shop" };
  const run = async () => {
    const lines: string[] = [];
    const log = { write: (text: string) => void lines.push(text), interactive: false, colours: false };
    const context = {
      environment: {},
      clock: fixedClock("2026-11-22T10:00:00Z"),
      progress: terminalProgress(log),
      signal: new AbortController().signal,
      workingDirectory: scratch.path,
    };
    const { progress } = await withTimeLeft(context, subject, { of: "backup" });
    await progress.step("Take a backup and its census", () =>
      progress.step("Dump", async (note) => note("1 of 2", 0.5)),
    );
    await progress.step("Put it into the vault", async () => {});
    return lines.map((line) => line.replaceAll(/\d+\.\d s/g, "0.0 s"));
  };
  expect(await run()).toEqual([
    "  ✓ Dump 0.0 s\n",
    "✓ Take a backup and its census 0.0 s, no earlier run to go by\n",
    "✓ Put it into the vault 0.0 s\n",
  ]);
  const taken = backupTaken();
  const at = { started_at: "2026-11-21T02:00:00.000Z", finished_at: "2026-11-21T03:00:00.000Z" };
  const backup = taken.backup && { ...taken.backup, dump_seconds: 1200 };
  await writeReport(join(scratch.path, "reports"), {
    ...taken,
    database: "shop",
    run: { ...taken.run, ...at },
    backup,
  });
  expect(await run()).toEqual([
    "  ✓ Dump 0.0 s\n",
    "✓ Take a backup and its census 0.0 s, about 10 min left, by the last run\n",
    "✓ Put it into the vault 0.0 s\n",
  ]);
});

test("in a terminal the line of the running step is alive, and ends in what is left", async () => {
  const written: string[] = [];
  const progress = terminalProgress({ write: (text) => void written.push(text), interactive: true, colours: false });
  progress.timeLeft?.(() => "about 3 min left");
  await progress.step("Fetch", async (note) => note("x".repeat(200)));
  expect(written[0]).toBe("› Fetch … (about 3 min left)");
  // As long as a line is, what is left is on it.
  expect(written[2]).toMatch(/^› Fetch … x+ \(about 3 min left\)$/);
  expect(written[2]?.length).toBe(110);
  expect(written.at(-1)).toMatch(/^✓ Fetch \d\.\d s, about 3 min left\n$/);
});
