import { relative } from "node:path";
import { IthacaError } from "../base/errors.ts";
import { sleep } from "../base/sleep.ts";
import type { Patience } from "../notify/deliver.ts";
import { countsFrom } from "../notify/events/of-backup.ts";
import { beat, type Pulse } from "../notify/heartbeat.ts";
import type { Told } from "../notify/tell.ts";
import { judgeArrival, type Sight, stillInTime } from "../notify/watch/judge.ts";
import { webAddress } from "../notify/web-address.ts";
import { lastFiring } from "../plan/firing.ts";
import type { Plan } from "../plan/schema.ts";
import { isBackup, listReports } from "../report/history.ts";
import type { BackupReport, WatchReport } from "../report/model.ts";
import { decideVerdict } from "../report/verdict.ts";
import { writeReport } from "../report/write.ts";
import { openVault } from "../vault/vault.ts";
import { audited } from "./audited.ts";
import type { UseCaseContext } from "./context.ts";
import { incidentReminders, lessonsSentence } from "./incident-reminders.ts";
import { notifyOutcome, notifyReport } from "./notify.ts";
import { publishedBackups } from "./reports-branch.ts";
import { runFacts } from "./run-facts.ts";
import { runningBackups } from "./running-backups.ts";
import { loadSubject, reportsDirectory, type Subject, type SubjectOptions } from "./subject.ts";

export interface WatchOptions extends SubjectOptions {
  /** The file of the workflow that takes the backups. */
  readonly workflow?: string;
  /** Whether people are told; false where a later step does that, with the address. */
  readonly tell?: boolean;
  /** Seconds between two looks at a backup that is still running. */
  readonly poll?: number;
  readonly patience?: Patience;
}

/** What the watch saw, whom it told, and what the monitor outside was told. */
export interface WatchOutcome extends WatchReport {
  readonly messages: readonly Told[];
  /** Null where no monitor is set up. */
  readonly heartbeat: Pulse | null;
}

/** The monitor's address. One that makes no sense must not keep the watch from looking. */
function monitorOf({ environment, progress }: UseCaseContext, { database }: Subject): URL | null {
  const address = environment[database.heartbeat_secret] ?? "";
  if (address === "") return null;
  try {
    return webAddress(database.heartbeat_secret, address);
  } catch (thrown) {
    if (!(thrown instanceof IthacaError)) throw thrown;
    progress.warn(thrown.message);
    return null;
  }
}

async function look(context: UseCaseContext, { plan, name }: Subject, due: Date, workflow: string): Promise<Sight> {
  const { environment, signal, clock } = context;
  const reports = reportsDirectory(context, plan);
  const list = async (): Promise<Sight["vault"]> => {
    try {
      return await openVault({ ...environment }).list(name, { signal });
    } catch (thrown) {
      if (!(thrown instanceof IthacaError) || thrown.kind === "interrupted") throw thrown;
      return { unread: thrown.message };
    }
  };
  const [vault, history, running] = await Promise.all([
    list(),
    listReports(reports, name),
    runningBackups(context, { reports, database: name, workflow, since: countsFrom(due) }),
  ]);
  const limit = plan.alerts.backup_longer_than;
  const records = await withPublished(context, plan, { name, due, vault, local: history.reports.filter(isBackup) });
  return { database: name, due, now: clock.now(), limit, vault, records, running };
}

/**
 * The records on this machine, and where they do not tell what became of the backup, those that were published since it was
 * checked out: a backup that began late ends while it is watched.
 */
async function withPublished(
  context: UseCaseContext,
  plan: Plan,
  { name, due, vault, local }: { name: string; due: Date; vault: Sight["vault"]; local: readonly BackupReport[] },
): Promise<readonly BackupReport[]> {
  const since = countsFrom(due);
  const known = new Set(local.map(({ backup }) => backup?.id));
  const unrecorded =
    !("unread" in vault) && vault.entries.some(({ id, taken_at }) => new Date(taken_at) >= since && !known.has(id));
  if (!unrecorded && local.some(({ run }) => new Date(run.started_at) >= since)) return local;
  const published = await publishedBackups(context, plan, { database: name, since });
  const ids = new Set(local.map(({ run }) => run.id));
  return [...published.filter(({ run }) => !ids.has(run.id)), ...local];
}

/** Looks, and as long as a backup is under way that may still be in time, looks again a little later. */
async function lookUntilSure(
  context: UseCaseContext,
  subject: Subject,
  due: Date,
  { workflow = "backup.yml", poll = 30 }: WatchOptions,
): Promise<Sight> {
  const most = Math.ceil(subject.plan.alerts.backup_longer_than / poll) + 1;
  return await context.progress.step("Look for last night's backup", async (note) => {
    for (let looked = 1; ; looked += 1) {
      const sight = await look(context, subject, due, workflow);
      if (looked > most || !stillInTime(sight)) return sight;
      note(`a backup is still running (${sight.running[0]?.where})`);
      await sleep(poll * 1000, context.signal);
    }
  });
}

/** A page that nobody has finished, or a file that cannot be read, must not keep the watch from its own work. */
async function remindOfLessons(context: UseCaseContext, { plan, name }: Subject): Promise<void> {
  try {
    const sentence = lessonsSentence(await incidentReminders(reportsDirectory(context, plan), name));
    if (sentence !== null) context.progress.warn(sentence);
  } catch (thrown) {
    if (!(thrown instanceof IthacaError)) throw thrown;
    context.progress.warn(thrown.message);
  }
}

/**
 * Half an hour after the backup was due: is it there, recorded, in time, of a size like the others? Tells people by the
 * plan, and a monitor outside of GitHub that the watch itself is alive. May be run late, or as often as one likes: it
 * judges the moment that was due last, and nobody is told twice.
 */
export async function watch(context: UseCaseContext, options: WatchOptions): Promise<WatchOutcome> {
  const subject = await loadSubject(context, options);
  const { plan, name } = subject;
  const startedAt = context.clock.now();
  const due = lastFiring(plan.schedule.backup, startedAt);
  const monitor = monitorOf(context, subject);
  const pulse = (what: "start" | "success" | "fail", text: string) =>
    monitor === null ? null : beat(monitor, what, text, context.signal);
  const [report] = await Promise.all([
    audited(context, { operation: "watch", database: name, plan, details: { due: due.toISOString() } }, async () => {
      const judged = judgeArrival(await lookUntilSure(context, subject, due, options));
      const verdict = decideVerdict({ checks: judged.checks, restore_errors: [], sabotage: null, rehearsal: null });
      const reports = reportsDirectory(context, plan);
      const run = runFacts(context, startedAt);
      return await writeReport(
        reports,
        { kind: "watch" as const, verdict, database: name, run, due: due.toISOString(), ...judged },
        relative(context.workingDirectory, reports),
      );
    }),
    pulse("start", `watch of ${name}`),
  ]);
  await remindOfLessons(context, subject);
  const messages: Told[] = [];
  if (options.tell !== false) {
    messages.push(...(await notifyReport(context, plan, report, { patience: options.patience })));
  }
  const checks = [...report.checks, ...(options.tell === false ? [] : notifyOutcome(messages, 0).checks)];
  const verdict = decideVerdict({ checks, restore_errors: [], sabotage: null, rehearsal: null });
  const heartbeat = await pulse(verdict === "proven" ? "success" : "fail", `${verdict}: ${report.report.markdown}`);
  if (heartbeat?.status === "failed") context.progress.warn(`The monitor of ${name} was not told: ${heartbeat.error}`);
  return { ...report, verdict, checks, messages, heartbeat };
}
