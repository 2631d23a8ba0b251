import { messageOf } from "../base/errors.ts";
import type { GitHub } from "../github/client.ts";
import type { Voice } from "../github/incidents/body.ts";
import { type Fault, type Source, signatureOf } from "../github/incidents/fault.ts";
import { ofThePlan } from "../github/incidents/marker.ts";
import { clear, type Raised, raise } from "../github/incidents/raise.ts";
import { parsePlan } from "../plan/parse.ts";
import { prose } from "../report/escape.ts";
import type { UseCaseContext } from "./context.ts";
import { voiceOf } from "./raise-issue.ts";
import { runFacts } from "./run-facts.ts";

/*
 * A plan that cannot be read ends every run before it begins, and nobody can say any more who is to hear of it. An issue
 * needs no plan: this one has the usual labels and nobody's name.
 */

/** Stands in for the plan that cannot be read: every key has its default. */
const noPlan = parsePlan("version: 1\ndatabases: { unknown: {} }\n", "no plan");

function sourceOf(context: UseCaseContext): Source {
  const { id, url, started_at } = runFacts(context, context.clock.now());
  return { id: `plan ${id}`, at: new Date(started_at), backupAt: null, runUrl: url, reportPath: null };
}

/**
 * Lets the one issue of the plan say what is wrong with it.
 *
 * @param thrown what reading the plan threw
 * @throws surroundings: GitHub could not be asked, or refused
 */
export async function raisePlanIssue(context: UseCaseContext, github: GitHub, thrown: unknown): Promise<Raised> {
  const why = messageOf(thrown);
  const fault: Fault = {
    key: ofThePlan,
    verdict: "inconclusive",
    title: "it cannot be read, so nothing runs",
    section: "run-missed",
    lead: `**No backup is taken, checked or proven until the plan can be read again**, and nobody hears of it by mail or Slack: who they are stands in the plan. ${prose(why, 4000)}`,
    steps: [
      "Mend the lines that the sentence above names. `npm run ithaca -- doctor` shows them on any computer, without a secret.",
      "Commit the plan to the default branch, and start the workflow *Backup* by hand: that closes this.",
    ],
    details: [],
    signature: signatureOf("plan", why),
    source: sourceOf(context),
  };
  return await raise(github, fault, await voiceOf(context, github, noPlan), context.clock.now());
}

/** Closes the issue of the plan, which could be read. */
export async function clearPlanIssue(context: UseCaseContext, github: GitHub, voice: Voice): Promise<Raised[]> {
  const { database, family } = ofThePlan;
  const source = sourceOf(context);
  const allClear = { database, families: [family], lead: "The plan can be read.", source };
  return await clear(github, allClear, voice, context.clock.now());
}
