import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { stopwatch } from "../base/clock.ts";
import { alarmAudience, dailyAudience, reliefAudience } from "../notify/audience.ts";
import type { Patience } from "../notify/deliver.ts";
import { deliveryCheck } from "../notify/delivery-check.ts";
import { decide, type Telling } from "../notify/events/decide.ts";
import { messageOf, type Surroundings } from "../notify/events/message.ts";
import { ofSilence } from "../notify/events/of-unreported.ts";
import { situationOf } from "../notify/events/situation.ts";
import type { Situation } from "../notify/events/types.ts";
import { isPending, keyOf } from "../notify/ledger.ts";
import { type Desk, type Told, tell } from "../notify/tell.ts";
import { tellTrouble } from "../notify/trouble.ts";
import type { Audience, Chart } from "../notify/types.ts";
import { loadPlan } from "../plan/parse.ts";
import type { Plan } from "../plan/schema.ts";
import { selectDatabase } from "../plan/select-database.ts";
import type { CheckResult } from "../proof/types.ts";
import { newestLinks } from "../report/chain/folder.ts";
import { chainHead } from "../report/chain/next-links.ts";
import type { AnyReport, Verdict } from "../report/model.ts";
import { decideVerdict } from "../report/verdict.ts";
import { readReport } from "../report/write.ts";
import { audited } from "./audited.ts";
import type { UseCaseContext } from "./context.ts";
import { operationErrors } from "./errors.ts";
import { deskOf } from "./notification-desk.ts";
import { tellDigest } from "./notify-digest.ts";
import type { Unreported } from "./raise-issue.ts";
import { runFacts } from "./run-facts.ts";
import { reportsDirectory } from "./subject.ts";

export interface NotifyOptions {
  readonly plan: string;
  /** Paths of reports' JSON files. */
  readonly reports: readonly string[];
  /** An operation that ended before it could write a report. */
  readonly unreported?: Unreported;
  /** The address of the issue that was raised about them. */
  readonly issue?: string;
  /** A picture that goes with the mails. */
  readonly chart?: string;
  /** How hard dead channels are tried; tests are impatient. */
  readonly patience?: Patience;
}

/** What people were told, and whether it reached them. */
export interface NotifyOutcome {
  readonly verdict: Verdict;
  readonly checks: readonly CheckResult[];
  readonly messages: readonly Told[];
}

/** The outcome by what became of each message. */
export function notifyOutcome(messages: readonly Told[], seconds: number): NotifyOutcome {
  const checks = [deliveryCheck(messages, seconds)];
  return { verdict: decideVerdict({ checks, restore_errors: [], sabotage: null, rehearsal: null }), checks, messages };
}

async function surroundingsOf(
  context: UseCaseContext,
  plan: Plan,
  database: string,
  issue: string | undefined,
): Promise<Surroundings> {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_REF_NAME: ref = "HEAD",
  } = context.environment;
  const branch = plan.reports.branch ?? ref;
  return {
    issue: issue ?? null,
    files: server === undefined || repository === undefined ? null : `${server}/${repository}/blob/${branch}`,
    evidence: chainHead(await newestLinks(reportsDirectory(context, plan), database), database),
  };
}

async function readChart(context: UseCaseContext, path: string | undefined): Promise<Chart | null> {
  if (path === undefined) return null;
  try {
    return { name: basename(path), content: await readFile(resolve(context.workingDirectory, path)) };
  } catch (cause) {
    throw operationErrors.file_missing({ option: "--chart", path }, { cause });
  }
}

/** Who hears of it, by the plan. */
function audienceOf({ ledger }: Desk, situation: Situation, { subject, before }: Telling, plan: Plan): Audience {
  if (subject.statement === "done" && situation.topic === "backup") return dailyAudience(plan);
  const relief = subject.statement === "resolved" || subject.statement === "done";
  const audience = alarmAudience(plan, situation.urgent && !relief);
  const [first] = before;
  return first === undefined || subject.statement !== "resolved"
    ? audience
    : reliefAudience(plan, audience, { records: ledger.records, since: first.at });
}

/** Sends what one situation asks for, each message to those whom it is for. */
async function tellOne(
  desk: Desk,
  situation: Situation,
  tellings: readonly Telling[],
  { plan, around, chart }: { plan: Plan; around: Surroundings; chart: Chart | null },
): Promise<Told[]> {
  const told = await Promise.all(
    tellings.map((telling) => {
      const audience = audienceOf(desk, situation, telling, plan);
      if (audience.mail.length === 0 && !audience.slack) return null;
      const message = messageOf(situation, telling, plan, around);
      const { state, at, report: about } = situation;
      return tell(desk, telling.subject, { message, audience, chart }, { state, at, about });
    }),
  );
  return told.filter((each) => each !== null);
}

/**
 * Tells people what reports mean, by the plan: alarms, recoveries, the message of every day. What was told before is not
 * told again, by whichever run; a channel that fails is told through the others.
 *
 * @returns verdict `failed` where a message reached nobody, `inconclusive` where no channel is set up for it
 * @throws input: a file is no report, or the plan is wrong
 */
export async function notify(context: UseCaseContext, options: NotifyOptions): Promise<NotifyOutcome> {
  const seconds = stopwatch();
  const { plan } = await loadPlan(resolve(context.workingDirectory, options.plan));
  const chart = await readChart(context, options.chart);
  const { issue, patience } = options;
  const messages: Told[] = [];
  // One after the other: each decision needs what the one before it has told.
  for (const path of options.reports) {
    const report = await readReport(resolve(context.workingDirectory, path));
    const told = await notifyReport(context, plan, report, { ...(issue && { issue }), chart, patience });
    messages.push(...told);
  }
  if (options.unreported !== undefined) {
    const { operation, reason, database } = options.unreported;
    const { name } = selectDatabase(plan, database);
    const run = runFacts(context, context.clock.now());
    const situation = ofSilence({ database: name, operation, reason, run }, plan);
    messages.push(...(await tellSituation(context, plan, situation, { ...(issue && { issue }), chart, patience })));
  }
  return notifyOutcome(messages, seconds());
}

/** What goes along with a message, and how hard dead channels are tried. */
interface TellOptions {
  readonly issue?: string;
  readonly chart?: Chart | null;
  readonly patience?: Patience | undefined;
}

/** Tells people what one report means; see `notify`. */
export async function notifyReport(
  context: UseCaseContext,
  plan: Plan,
  report: AnyReport,
  options: TellOptions = {},
): Promise<Told[]> {
  const situation = situationOf(report, plan);
  if (situation === null) return [];
  const told = await tellSituation(context, plan, situation, options);
  if (report.kind !== "watch") return told;
  // The watch comes once a day and knows all reports: it is the time for what is no alarm.
  const desk = await deskOf(context, plan, report.database, options.patience);
  return [...told, ...(await tellDigest(desk, plan, report.database))];
}

/** Tells people of one situation what they have not been told yet. */
async function tellSituation(
  context: UseCaseContext,
  plan: Plan,
  situation: Situation,
  { issue, chart = null, patience }: TellOptions,
): Promise<Told[]> {
  const seconds = stopwatch();
  const { database } = situation;
  const around = await surroundingsOf(context, plan, database, issue);
  const desk = await deskOf(context, plan, database, patience);
  const tellings = decide(situation, desk.ledger).filter(({ subject }) => isPending(desk.ledger, keyOf(subject)));
  if (tellings.length === 0) return [];
  const details = { about: situation.report, topic: situation.topic, state: situation.state };
  const { messages } = await audited(context, { operation: "alert", database, plan, details }, async (notes) => {
    const told = await tellOne(desk, situation, tellings, { plan, around, chart });
    const troubles = await tellTrouble(desk, database, plan, told);
    notes.note({ messages: [...told, ...troubles].map(({ key, record }) => ({ key, record })) });
    return notifyOutcome([...told, ...troubles], seconds());
  });
  return [...messages];
}
