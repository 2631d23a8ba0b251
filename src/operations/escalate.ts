import { resolve } from "node:path";
import { stopwatch } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { GitHub } from "../github/client.ts";
import { isEscalated } from "../github/incidents/marker.ts";
import { incidentHistory, openIncidents } from "../github/incidents/read-incidents.ts";
import { comment, commentOnce } from "../github/incidents/touch-incident.ts";
import type { Incident, IncidentEvent } from "../github/incidents/types.ts";
import type { Patience } from "../notify/deliver.ts";
import { deliveryCheck } from "../notify/delivery-check.ts";
import { escalationDue, type Standing } from "../notify/escalation/due.ts";
import type { Step } from "../notify/escalation/marker.ts";
import { stepAudience, stepComment, stepMessage, stepSubject, unreachedComment } from "../notify/escalation/message.ts";
import { owedSteps } from "../notify/escalation/owed.ts";
import { isPending, keyOf } from "../notify/ledger.ts";
import { type Told, tell } from "../notify/tell.ts";
import { tellTrouble } from "../notify/trouble.ts";
import { loadPlan } from "../plan/parse.ts";
import type { Plan } from "../plan/schema.ts";
import type { CheckResult } from "../proof/types.ts";
import type { Verdict } from "../report/model.ts";
import { decideVerdict } from "../report/verdict.ts";
import { audited } from "./audited.ts";
import type { UseCaseContext } from "./context.ts";
import { githubOf } from "./github.ts";
import { deskOf } from "./notification-desk.ts";
import { ledgerOf } from "./notification-ledger.ts";

export interface EscalateOptions {
  readonly plan: string;
  /** Only incidents of this database. */
  readonly database?: string;
  readonly patience?: Patience;
}

/** An open incident, and what was done about it. */
export interface EscalatedIncident {
  readonly number: number;
  readonly url: string;
  readonly title: string;
  readonly database: string;
  readonly open_since: string;
  readonly answered: { readonly at: string; readonly login: string; readonly how: string } | null;
  /** Steps that were taken before, and steps that this run took. */
  readonly done: readonly Step[];
  readonly taken: readonly Step[];
}

export interface EscalateOutcome {
  readonly verdict: Verdict;
  readonly checks: readonly CheckResult[];
  readonly incidents: readonly EscalatedIncident[];
  readonly messages: readonly Told[];
}

/** One incident with what happened to it; not asked for while nothing can be due yet. */
async function standingOf(
  github: GitHub,
  incident: Incident,
  plan: Plan,
  now: Date,
): Promise<{ standing: Standing; events: readonly IncidentEvent[] }> {
  const young = now.getTime() - incident.openedAt.getTime() < plan.alerts.answer_within * 1000;
  const events = young ? [] : await incidentHistory(github, incident.number);
  return { events, standing: escalationDue({ openedAt: incident.openedAt, events }, plan.alerts, now) };
}

/**
 * Takes one step: tells, then writes on the issue that it was told. In this order, for a message that comes twice after a
 * crash between the two is better than one that never comes; under the same key, a mailbox shows it once.
 *
 * @returns `taken` is false where no channel took it: the issue then mentions the contact, once, and the next run tries again
 */
async function takeStep(
  context: UseCaseContext,
  github: GitHub,
  incident: Incident,
  step: Step,
  {
    plan,
    standing,
    events,
    patience,
  }: {
    plan: Plan;
    standing: Standing;
    events: readonly IncidentEvent[];
    patience: Patience | undefined;
  },
): Promise<{ taken: boolean; messages: Told[] }> {
  const now = context.clock.now();
  const { database } = incident.key;
  const desk = await deskOf(context, plan, database, patience);
  const subject = stepSubject(incident, step, standing.since);
  const message = stepMessage(incident, step, { standing, events, plan, now });
  const facts = { state: "bad" as const, at: now.toISOString(), about: incident.url };
  const outgoing = { message, audience: stepAudience(plan, step), chart: null };
  const earlier = !isPending(desk.ledger, keyOf(subject));
  const told = earlier ? null : await tell(desk, subject, outgoing, facts);
  const troubles = told === null ? [] : await tellTrouble(desk, database, plan, [told]);
  const failed = told?.deliveries.some(({ status }) => status === "failed") === true;
  const reached = told?.deliveries.some(({ status }) => status === "sent") === true;
  const messages = [...(told === null ? [] : [told]), ...troubles];
  // The issue says already that it was taken: this was what a channel still owed.
  if (standing.done.includes(step)) return { taken: reached, messages };
  // Where no channel is set up, the comment with its mention is the message.
  const taken = reached || !failed;
  const words = { standing, plan, deliveries: told?.deliveries ?? [], now };
  if (taken) await comment(github, incident.number, stepComment(step, words));
  else await commentOnce(github, incident.number, `unreached:${keyOf(subject)}`, unreachedComment(step, words));
  return { taken, messages };
}

/**
 * Looks at every open incident and tells the next contact where its time has come: see `escalationDue` for when that is.
 * Over after one request where no incident is open. One incident that cannot be dealt with keeps none of the others.
 *
 * @throws surroundings: GitHub could not be asked
 */
export async function escalate(context: UseCaseContext, options: EscalateOptions): Promise<EscalateOutcome> {
  const seconds = stopwatch();
  const { patience } = options;
  const { plan } = await loadPlan(resolve(context.workingDirectory, options.plan));
  const github = githubOf(context);
  const now = context.clock.now();
  const incidents: EscalatedIncident[] = [];
  const messages: Told[] = [];
  const unable: { number: number; why: string }[] = [];
  const open = (await openIncidents(github, options.database)).filter(({ key }) => isEscalated(key));
  for (const incident of open) {
    const { number, url, title, key, openedAt } = incident;
    try {
      const { standing, events } = await standingOf(github, incident, plan, now);
      const { answer, since, done, due } = standing;
      const taken: Step[] = [];
      const owed = done.length === 0 ? [] : owedSteps(incident, standing, await ledgerOf(context, plan, key.database));
      for (const step of [...owed, ...due]) {
        const details = { issue: url, step, open_since: since.toISOString() };
        const record = { operation: "escalation", database: key.database, plan, details } as const;
        const outcome = await audited(context, record, async () => {
          const made = await takeStep(context, github, incident, step, { plan, standing, events, patience });
          return { ...made, verdict: made.taken ? "proven" : "failed" };
        });
        messages.push(...outcome.messages);
        if (outcome.taken && !done.includes(step)) taken.push(step);
      }
      incidents.push({
        number,
        url,
        title,
        database: key.database,
        open_since: since.toISOString(),
        answered: answer === null ? null : { at: answer.at.toISOString(), login: answer.login, how: answer.how },
        done,
        taken,
      });
    } catch (thrown) {
      context.signal.throwIfAborted();
      unable.push({ number, why: messageOf(thrown) });
      incidents.push({
        number,
        url,
        title,
        database: key.database,
        open_since: openedAt.toISOString(),
        answered: null,
        done: [],
        taken: [],
      });
    }
  }
  const checks = [incidentsCheck(open.length, unable), deliveryCheck(messages, seconds())];
  const verdict = decideVerdict({ checks, restore_errors: [], sabotage: null, rehearsal: null });
  return { verdict, checks, incidents, messages };
}

/** Whether every open incident could be looked at. */
function incidentsCheck(open: number, unable: readonly { number: number; why: string }[]): CheckResult {
  return {
    id: "escalate.incidents",
    title: "Every open incident was looked at",
    status: unable.length === 0 ? "passed" : "not_run",
    expected: `${open} open incidents`,
    actual: `${open - unable.length} looked at`,
    findings: [],
    seconds: 0,
    reason: unable.map(({ number, why }) => `#${number}: ${why}`).join("; "),
  };
}
