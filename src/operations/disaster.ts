import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { driveSteps, wayOn } from "../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../recovery/disaster/errors.ts";
import { type Disaster, newDisaster, openDisaster, saveDisaster } from "../recovery/disaster/progress.ts";
import { type Scenario, type ScenarioStep, scenarioTitles, stepsOf } from "../recovery/disaster/scenarios.ts";
import { recoveryErrors } from "../recovery/errors.ts";
import type { Verdict } from "../report/model.ts";
import { audited } from "./audited.ts";
import type { UseCaseContext } from "./context.ts";
import { executionActions } from "./disaster/execution.ts";
import { rehearsalActions } from "./disaster/rehearsal.ts";
import type { DisasterOptions, Site } from "./disaster/site.ts";
import { runFacts } from "./run-facts.ts";
import { loadSubject, reportsDirectory } from "./subject.ts";

export { scenarios } from "../recovery/disaster/scenarios.ts";

/** A step as it is planned, with who does it and how it stands. */
export interface PlannedStep extends ScenarioStep {
  /** The contact's role in the plan. */
  readonly contact: string;
  readonly state: string;
  readonly says: string;
  readonly seconds: number | null;
}

export interface DisasterResult {
  /** `proven`: planned, rehearsed or carried out to the end. What could not be rehearsed is never proven. */
  readonly verdict: Verdict;
  readonly scenario: Scenario;
  readonly title: string;
  readonly database: string;
  readonly mode: "plan" | "rehearse" | "execute";
  readonly id: string | null;
  readonly steps: readonly PlannedStep[];
  readonly way_on: string;
}

/**
 * One of the plan's disasters: its steps by default; with `rehearse` they are gone through on throwaways; with `execute`
 * in earnest, from wherever an earlier run has stopped.
 *
 * @throws disaster.one_mode, disaster.unknown_step; recovery.not_confirmed, before anything is read or connected to
 */
export async function disaster(
  context: UseCaseContext,
  scenario: Scenario,
  options: DisasterOptions,
): Promise<DisasterResult> {
  const { rehearse = false, execute = false, done = [] } = options;
  if (rehearse && execute) throw disasterErrors.one_mode({});
  const subject = await loadSubject(context, options);
  const { name: database, plan } = subject;
  for (const step of done) {
    if (!stepsOf[scenario].some(({ id }) => id === step)) throw disasterErrors.unknown_step({ step, scenario });
  }
  if (execute && options.confirm !== database) {
    throw recoveryErrors.not_confirmed({ database, given: options.confirm ?? null });
  }
  // A rehearsal's made-up backups are none of the team's: its record stays apart.
  const workingDirectory = rehearse ? resolve(context.workingDirectory, ".ithaca") : context.workingDirectory;
  const reports = reportsDirectory({ ...context, workingDirectory }, plan);
  const site: Site = { context, subject, options, reports };
  const startedAt = context.clock.now();
  const begun = newDisaster({
    id: `${startedAt.toISOString().slice(0, 10)}-${scenario}-${randomBytes(4).toString("hex")}`,
    database,
    scenario,
    mode: rehearse ? "rehearse" : "execute",
    actor: runFacts(context, startedAt).actor,
    started_at: startedAt.toISOString(),
  });
  const tell = (found: Disaster, mode: DisasterResult["mode"]) => resultOf(site, found, mode);
  const { progress, clock, signal } = context;
  const common = { doneByHand: done, progress, clock, signal };
  if (rehearse) {
    await using stack = new AsyncDisposableStack();
    const actions = await rehearsalActions(site, scenario, stack);
    // A rehearsal leaves nothing behind: what it found is its result.
    return tell(await driveSteps({ ...common, disaster: begun, actions, save: async () => {} }), "rehearse");
  }
  const open = await openDisaster(reports, database, scenario);
  if (!execute) return tell(open ?? begun, "plan");
  const actions = executionActions(site, scenario);
  const save = (now: Disaster) => saveDisaster(reports, now);
  const details = { disaster: (open ?? begun).id, scenario };
  return await audited(context, { operation: "recovery", database, plan, details }, async () =>
    tell(await driveSteps({ ...common, disaster: open ?? begun, actions, save }), "execute"),
  );
}

function verdictOf({ steps }: Disaster): Verdict {
  const states = steps.map(({ state }) => state);
  if (states.includes("failed")) return "failed";
  return states.some((state) => state === "not_run" || state === "waiting" || state === "pending")
    ? "inconclusive"
    : "proven";
}

function resultOf({ subject }: Site, found: Disaster, mode: DisasterResult["mode"]): DisasterResult {
  const { scenario, database } = found;
  const { contacts } = subject.plan;
  return {
    verdict: mode === "plan" ? "proven" : verdictOf(found),
    scenario,
    title: scenarioTitles[scenario],
    database,
    mode,
    id: mode === "execute" ? found.id : null,
    steps: stepsOf[scenario].map((step) => {
      const record = found.steps.find(({ id }) => id === step.id);
      const { state = "pending", says = "", seconds = null } = record ?? {};
      return { ...step, contact: contacts[step.owner]?.role ?? step.owner, state, says, seconds };
    }),
    way_on:
      mode === "plan"
        ? `ithaca disaster ${scenario} --rehearse, or in earnest --execute --confirm ${database}`
        : wayOn(found),
  };
}
