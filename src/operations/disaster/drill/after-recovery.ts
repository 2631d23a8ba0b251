import { scratchDirectory } from "../../../base/scratch.ts";
import type { Target } from "../../../postgres/types.ts";
import { compareLog, recoveredWrites } from "../../../recovery/disaster/writer.ts";
import { rehearse } from "../../../rehearsal/rehearse.ts";
import { vaultSource } from "../../backup-source.ts";
import type { ThrowawayProduction } from "../lost-production.ts";
import type { DrillSite } from "./site.ts";

/** The writer's log stands outside the database, so it knows what the database has forgotten. */
export async function countLosses(
  { context, run }: DrillSite,
  { writer, kind }: ThrowawayProduction,
  target: Target,
  lostAt: number,
): Promise<void> {
  const loss = await context.progress.step("Count what was lost", async () =>
    compareLog(writer.log, await recoveredWrites(target)),
  );
  run.rows = { written: loss.written, recovered: loss.recovered, lost: loss.lost };
  const takenAt = run.backup === null ? null : Date.parse(run.backup.taken_at);
  const from = loss.newest ?? takenAt;
  // With a vault's backup the loss is now, and what is lost goes back to when the backup was taken.
  run.rpoSeconds = from === null ? null : Math.max(0, (lostAt - from) / 1000);
  run.check("drill.no_holes", "What came back is all of the past up to one moment", loss.holes + loss.unknown === 0, {
    expected:
      kind === "made-up"
        ? `${loss.recovered} writes without a hole`
        : "none, since the backup is older than the writes",
    otherwise: `${loss.holes} writes are missing among those that came back, ${loss.unknown} nobody has written`,
  });
}

/** Runs the app's tests on what was recovered. */
export async function rehearseRecovered(
  { context, subject, run }: DrillSite,
  { vault, newest }: ThrowawayProduction,
  target: Target,
): Promise<void> {
  const afterwards = run.timed("afterwards");
  await using scratch = await scratchDirectory("drill-census");
  const { census } = await afterwards("fetch-census", () =>
    vaultSource(context, vault, subject.name, newest).fetch(scratch.path),
  );
  const { name, database, planDirectory } = subject;
  const { clock, progress, signal } = context;
  const order = { name, database, planDirectory, census, target, now: clock.now(), progress, signal };
  const { rehearsal, checks, notCovered } = await afterwards("rehearsal", () => rehearse(order));
  run.rehearsal = rehearsal;
  run.checks.push(...checks);
  run.notCovered.push(...notCovered);
}
