import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { IthacaError } from "../base/errors.ts";
import { driveSteps } from "../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../recovery/disaster/errors.ts";
import { type Disaster, newDisaster, openDisaster, saveDisaster } from "../recovery/disaster/progress.ts";
import { type Scenario, scenarioTitles, stepsOf } from "../recovery/disaster/scenarios.ts";
import { recoveryErrors } from "../recovery/errors.ts";
import type { DisasterReport, Verdict } from "../report/model.ts";
import { audited, recordRefused } from "./audited.ts";
import type { UseCaseContext } from "./context.ts";
import { executionActions } from "./disaster/execution.ts";
import { recordRun, stepsWithState } from "./disaster/record.ts";
import { prepareRehearsal } from "./disaster/rehearsal.ts";
import type { DisasterOptions, Site } from "./disaster/site.ts";
import { operationErrors } from "./errors.ts";
import { runFacts } from "./run-facts.ts";
import { loadSubject, reportsDirectory } from "./subject.ts";

export { scenarios } from "../recovery/disaster/scenarios.ts";

export interface DisasterResult {
  /** `proven`: planned, rehearsed or carried out to the end. What could not be rehearsed is never proven. */
  readonly verdict: Verdict;
  readonly scenario: Scenario;
  readonly title: string;
  readonly database: string;
  readonly mode: "plan" | "rehearse" | "execute";
  /** The execution's; null where there is none. */
  readonly id: string | null;
  readonly steps: DisasterReport["steps"];
  readonly not_covered: DisasterReport["not_covered"];
  readonly way_on: string;
  /** Paths of the written report; null for a plan, which writes nothing. */
  readonly report: DisasterReport["report"] | null;
}

/**
 * One of the plan's disasters: its steps by default; with `rehearse` they are gone through on throwaways; with `execute`
 * in earnest, from wherever an earlier run has stopped. Whatever is gone through leaves a report.
 *
 * @throws disaster.one_mode, disaster.unknown_step, run.merge_of_three, run.merge_of_outage; recovery.not_confirmed, before anything of production is read
 */
export async function disaster(
  context: UseCaseContext,
  scenario: Scenario,
  options: DisasterOptions,
): Promise<DisasterResult> {
  const { rehearse = false, execute = false, done = [] } = options;
  if (rehearse && execute) throw disasterErrors.one_mode({});
  assertMerge(scenario, options.merge);
  const subject = await loadSubject(context, options);
  for (const step of done) {
    if (!stepsOf[scenario].some(({ id }) => id === step)) throw disasterErrors.unknown_step({ step, scenario });
  }
  const refuse = (refusal: IthacaError) => {
    const attempt = {
      operation: "recovery",
      database: subject.name,
      plan: subject.plan,
      details: { scenario },
    } as const;
    return recordRefused(context, attempt, refusal);
  };
  if (execute && options.confirm !== subject.name) {
    return await refuse(recoveryErrors.not_confirmed({ database: subject.name, given: options.confirm ?? null }));
  }
  // A rehearsal's made-up backups are none of the team's: its record stays apart.
  const workingDirectory = rehearse ? resolve(context.workingDirectory, ".ithaca") : context.workingDirectory;
  const reports = reportsDirectory({ ...context, workingDirectory }, subject.plan);
  const site: Site = { context, subject, options, reports };
  if (rehearse) return await rehearseSteps(site, scenario);
  const open = await openDisaster(reports, subject.name, scenario);
  if (execute && open === null && options.onlyGoOn === true) {
    return await refuse(recoveryErrors.run_again({ database: subject.name }));
  }
  if (execute) return await executeSteps(site, scenario, open);
  const found = open ?? begun(site, scenario, "execute");
  return {
    ...common(site, scenario),
    verdict: "proven",
    mode: "plan",
    id: open?.id ?? null,
    steps: stepsWithState(site, found),
    not_covered: [],
    way_on: `npm run ithaca -- disaster ${scenario} --rehearse, or in earnest --execute --confirm ${subject.name}`,
    report: null,
  };
}

/** Three different ids, and only for the way back from an outage. */
function assertMerge(scenario: Scenario, given: readonly string[] = []): void {
  if (given.length === 0) return;
  if (scenario !== "outage") throw operationErrors.merge_of_outage({ scenario });
  const isId = (text: string) => text !== "" && !text.includes(",");
  if (given.length !== 3 || new Set(given).size !== 3 || !given.every(isId)) {
    throw operationErrors.merge_of_three({ given: [...given] });
  }
}

const common = ({ subject }: Site, scenario: Scenario) => ({
  scenario,
  title: scenarioTitles[scenario],
  database: subject.name,
});

function begun({ context, subject }: Site, scenario: Scenario, mode: Disaster["mode"]): Disaster {
  const now = context.clock.now();
  return newDisaster({
    id: `${now.toISOString().slice(0, 10)}-${scenario}-${randomBytes(4).toString("hex")}`,
    database: subject.name,
    scenario,
    mode,
    actor: runFacts(context, now).actor,
    started_at: now.toISOString(),
  });
}

function told(site: Site, scenario: Scenario, { mode, ...report }: DisasterReport): DisasterResult {
  const { verdict, disaster: id, steps, not_covered, way_on, report: files } = report;
  return { ...common(site, scenario), verdict, mode, id, steps, not_covered, way_on, report: files };
}

const driving = ({ context, options }: Site) => {
  const { progress, clock, signal } = context;
  return { doneByHand: options.done ?? [], progress, clock, signal };
};

async function rehearseSteps(site: Site, scenario: Scenario): Promise<DisasterResult> {
  const startedAt = site.context.clock.now();
  await using stack = new AsyncDisposableStack();
  const { actions, notCovered } = await prepareRehearsal(site, scenario, stack);
  const disaster = begun(site, scenario, "rehearse");
  // Nobody goes on with a rehearsal, so that its state is kept nowhere but in the report.
  const ended = await driveSteps({ ...driving(site), disaster, actions, save: async () => {} });
  return told(site, scenario, await recordRun(site, ended, startedAt, notCovered));
}

async function executeSteps(site: Site, scenario: Scenario, open: Disaster | null): Promise<DisasterResult> {
  const { context, subject, reports } = site;
  const startedAt = context.clock.now();
  const disaster = open ?? begun(site, scenario, "execute");
  const actions = executionActions(site, scenario, new Date(disaster.started_at));
  const save = (now: Disaster) => saveDisaster(reports, now);
  const order = {
    operation: "recovery",
    database: subject.name,
    plan: subject.plan,
    details: { disaster: disaster.id, scenario },
  } as const;
  const report = await audited(context, order, async () => {
    const ended = await driveSteps({ ...driving(site), disaster, actions, save });
    return await recordRun(site, ended, startedAt, []);
  });
  return told(site, scenario, report);
}
