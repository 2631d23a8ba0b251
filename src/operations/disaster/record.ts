import { join, relative } from "node:path";
import type { NotCovered } from "../../proof/types.ts";
import { wayOn } from "../../recovery/disaster/drive-steps.ts";
import { leftToPeople, stepChecks } from "../../recovery/disaster/judge.ts";
import type { Disaster } from "../../recovery/disaster/progress.ts";
import { scenarioTitles, stepsOf } from "../../recovery/disaster/scenarios.ts";
import type { DisasterReport } from "../../report/model.ts";
import { decideVerdict } from "../../report/verdict.ts";
import { writeReport } from "../../report/write.ts";
import { runFacts } from "../run-facts.ts";
import type { Site } from "./site.ts";

/** The steps of a scenario as the plan has them, with how far they have come. */
export function stepsWithState({ subject }: Site, { scenario, steps }: Disaster): DisasterReport["steps"] {
  const { contacts } = subject.plan;
  return stepsOf[scenario].map(({ id, title, owner, does, proof, decide, expected_s }) => {
    const { state = "pending" as const, says = "", seconds = null } = steps.find((one) => one.id === id) ?? {};
    const contact = contacts[owner]?.role ?? owner;
    return { id, title, contact, does, proof, decide, expected_s, state, says, seconds };
  });
}

/** Writes the report of a run through the steps, markdown and JSON, and judges it. */
export async function recordRun(
  site: Site,
  found: Disaster,
  startedAt: Date,
  notCovered: readonly NotCovered[],
): Promise<DisasterReport> {
  const { context, subject, reports } = site;
  const steps = stepsWithState(site, found);
  const checks = stepChecks(steps);
  return await writeReport(
    reports,
    {
      kind: "disaster" as const,
      verdict: decideVerdict({ checks, restore_errors: [], sabotage: null, rehearsal: null }),
      database: subject.name,
      scenario: found.scenario,
      title: scenarioTitles[found.scenario],
      mode: found.mode,
      disaster: found.mode === "execute" ? found.id : null,
      run: runFacts(context, startedAt),
      steps,
      checks,
      not_covered: [...leftToPeople(steps), ...notCovered],
      way_on: wayOn(found),
    },
    relative(context.workingDirectory, reports) || join(".", subject.plan.reports.directory),
  );
}
