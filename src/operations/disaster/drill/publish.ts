import { join, relative } from "node:path";
import { trendOf } from "../../../recovery/disaster/trend.ts";
import { isDrill, listReports } from "../../../report/history.ts";
import type { DrillReport } from "../../../report/model.ts";
import { objective } from "../../../report/objectives.ts";
import { decideVerdict } from "../../../report/verdict.ts";
import { writeReport } from "../../../report/write.ts";
import { runFacts } from "../../run-facts.ts";
import type { Part } from "../drill-run.ts";
import type { DrillSite } from "./site.ts";

const partsInOrder: Readonly<Record<Part, number>> = { preparation: 0, recovery: 1, afterwards: 2 };

/** Writes the report of a drill, set against the earlier ones of the same kind of production. */
export async function publishDrill(
  { context, subject, run, madeUp, reports, options }: DrillSite,
  startedAt: Date,
): Promise<DrillReport> {
  const { objectives } = subject.plan;
  const measured = { rto: objective(objectives.rto, run.rtoSeconds), rpo: objective(objectives.rpo, run.rpoSeconds) };
  run.promise("rto", "It was back within the recovery time objective", measured.rto);
  run.promise("rpo", "No more was lost than the recovery point objective allows", measured.rpo);
  if (madeUp) {
    run.notCovered.push({
      what: "your own data",
      why: "production was made up: set the vault's variables to drill with it",
    });
  }
  if (options.e2e === false) {
    const why = subject.database.rehearsal === undefined ? "the plan names none (rehearsal)" : "left out by --no-e2e";
    run.notCovered.push({ what: "the app's tests", why });
  }
  if (options.older === false) run.notCovered.push({ what: "an older backup", why: "left out by --no-older" });
  run.notCovered.push({
    what: "the platform, the application's variables and its hostname",
    why: "a drill reaches nobody; `disaster deleted --rehearse` goes through these steps",
  });
  const kind = madeUp ? "made-up" : "from-the-vault";
  const earlier = (await listReports(reports, subject.name)).reports
    .filter(isDrill)
    .filter((one) => one.production === kind && one.verdict === "proven");
  const parts = {
    phases: [...run.phases].sort((a, b) => partsInOrder[a.part] - partsInOrder[b.part]),
    backup: run.backup,
    objectives: measured,
    run: runFacts(context, startedAt),
  };
  return await writeReport(
    reports,
    {
      kind: "drill-report" as const,
      verdict: decideVerdict({ checks: run.checks, restore_errors: [], sabotage: null, rehearsal: run.rehearsal }),
      reason: run.reason,
      database: subject.name,
      production: kind,
      ...parts,
      rows: run.rows,
      checks: run.checks,
      not_covered: run.notCovered,
      rehearsal: run.rehearsal,
      older: run.older,
      trend: trendOf(parts, earlier),
    },
    relative(context.workingDirectory, reports) || join(".", subject.plan.reports.directory),
  );
}
