import { mkdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { stopwatch } from "../base/clock.ts";
import { scratchDirectory } from "../base/scratch.ts";
import type { CheckResult } from "../proof/types.ts";
import { trendOf } from "../recovery/disaster/trend.ts";
import { compareLog, recoveredWrites } from "../recovery/disaster/writer.ts";
import { rehearse, requireRehearsal } from "../rehearsal/rehearse.ts";
import { isDrill, listReports } from "../report/history.ts";
import type { DrillReport } from "../report/model.ts";
import { objective } from "../report/objectives.ts";
import { decideVerdict } from "../report/verdict.ts";
import { writeReport } from "../report/write.ts";
import { audited } from "./audited.ts";
import { vaultSource } from "./backup-source.ts";
import type { UseCaseContext } from "./context.ts";
import { DrillRun, type Part } from "./disaster/drill-run.ts";
import { makeUpProduction, productionFromVault, type ThrowawayProduction } from "./disaster/lost-production.ts";
import { isLost, newDatabase, recoverLost, recoveryPhases } from "./disaster/recover-lost.ts";
import { type RunbookUpdate, updateRunbook } from "./disaster/update-runbook.ts";
import { proveSubject } from "./prove.ts";
import { runFacts } from "./run-facts.ts";
import { loadSubject, reportsDirectory, type Subject, type SubjectOptions } from "./subject.ts";

export interface DrillOptions extends SubjectOptions {
  /** Size of a made-up production. */
  readonly families: number;
  /** Make a production up although there is a vault. */
  readonly madeUp?: boolean;
  /** Whether the app's tests are run on what was recovered; they are unless told otherwise. */
  readonly e2e?: boolean;
  /** Whether a random older backup is proven too; it is unless told otherwise. */
  readonly older?: boolean;
  /** 0 to 1: which of the older backups; at random unless told otherwise. */
  readonly random?: () => number;
}

export interface DrillResult {
  readonly report: DrillReport;
  /** Null where a drill that ended early measured nothing. */
  readonly runbook: RunbookUpdate | null;
}

interface Site {
  readonly context: UseCaseContext;
  readonly subject: Subject;
  readonly options: DrillOptions;
  readonly run: DrillRun;
  readonly madeUp: boolean;
  /** The folder of the reports; a made-up production's are not the team's. */
  readonly reports: string;
}

/**
 * Loses a throwaway production while it is written to, recovers it into a new database with the recovery's own command,
 * proves it, runs the app's tests on it, and measures how long that took and what was lost. Without a vault production is
 * made up and nothing needs to be set up; with one it is a copy of the vault's newest backup, and only the vault is
 * reached: neither production nor the team's channels. A drill that ends early still leaves a report.
 */
export async function drill(context: UseCaseContext, options: DrillOptions): Promise<DrillResult> {
  const subject = await loadSubject(context, options);
  if (options.e2e !== false) await requireRehearsal(subject);
  const repository = context.environment.RESTIC_REPOSITORY ?? context.environment.RESTIC_REPOSITORY_FILE ?? "";
  const madeUp = options.madeUp === true || repository === "";
  const workingDirectory = madeUp ? resolve(context.workingDirectory, ".ithaca") : context.workingDirectory;
  const reports = reportsDirectory({ ...context, workingDirectory }, subject.plan);
  const startedAt = context.clock.now();
  const run = new DrillRun();
  const site = { context, subject, options, run, madeUp, reports };
  const details = { asked: { production: madeUp ? "made-up" : "from-the-vault" } };
  const order = { operation: "drill", database: subject.name, plan: subject.plan, details } as const;
  const record = (work: () => Promise<DrillReport>) =>
    // A made-up production is nobody's, so nothing is done to the plan's database that its log must tell.
    madeUp ? work() : audited(context, order, work);
  const report = await record(async () => {
    await mkdir(reports, { recursive: true });
    try {
      await loseAndRecover(site);
    } catch (thrown) {
      context.signal.throwIfAborted();
      run.endEarly(thrown);
    }
    return await publish(site, startedAt);
  });
  return { report, runbook: run.backup === null ? null : await updateRunbook(subject, report) };
}

async function loseAndRecover(site: Site): Promise<void> {
  const { context, subject, options, run, madeUp, reports } = site;
  const { progress } = context;
  const timed = run.timed("preparation");
  await using production = madeUp
    ? await makeUpProduction(context, subject, { families: options.families, reports, timed })
    : await productionFromVault(context, subject, { timed });
  await progress.step("Lose production while it is written to", () => timed("loss", () => production.lose()));
  const lostAt = production.writer.log.at(-1)?.at ?? Date.now();
  const sinceLoss = stopwatch();
  const { recovery, afterwards } = { recovery: run.timed("recovery"), afterwards: run.timed("afterwards") };
  run.check("drill.lost", "Production is gone", await recovery("detect", () => isLost(production.target)), {
    expected: "unreachable",
    otherwise: "it still answers",
  });
  await using fresh = await recovery("new-server", () =>
    progress.step("Make a new database", () => newDatabase(production.like)),
  );
  const incident = await recoverLost(context, {
    subject,
    plan: options.plan,
    environment: production.vaultEnvironment,
    target: fresh.target,
    backup: production.newest,
    reason: "A drill: complete loss of production",
    records: reports,
  });
  run.phases.push(...recoveryPhases(incident).map((phase) => ({ ...phase, part: "recovery" as const })));
  const watched = incident.log
    .filter(({ step }) => step === "watch")
    .reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);
  run.take(incident, Math.max(0, sinceLoss() - watched), production.newestBytes);
  if (incident.state.outcome === "recovered") {
    await afterwards("losses", () => countLosses(site, production, fresh.target, lostAt));
    if (options.e2e !== false) await rehearseRecovered(site, production, fresh.target);
  }
  const destroyed = await afterwards("cleanup", () => fresh.destroy());
  run.check("drill.cleanup", "Nothing of the new database is left", destroyed, {
    expected: "nothing",
    otherwise: "something is left",
  });
  if (options.older !== false) await proveOlder(site, production);
}

/** The writer's log stands outside the database, so it knows what the database has forgotten. */
async function countLosses(
  { context, run }: Site,
  { writer, kind }: ThrowawayProduction,
  target: Parameters<typeof recoveredWrites>[0],
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

async function rehearseRecovered(
  { context, subject, run }: Site,
  { vault, newest }: ThrowawayProduction,
  target: Parameters<typeof recoveredWrites>[0],
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

/** Not only the newest must come back: one of the others, by chance, is proven as in every week. */
async function proveOlder({ context, subject, options, run, madeUp, reports }: Site, production: ThrowawayProduction) {
  const { entries } = await production.vault.list(subject.name, { signal: context.signal });
  const others = entries.filter(({ id }) => id !== production.newest);
  const chosen = others[Math.floor((options.random ?? Math.random)() * others.length)];
  if (chosen === undefined) {
    run.notCovered.push({ what: "an older backup", why: "the vault holds one backup only" });
    return;
  }
  const report = await run.timed("afterwards")("older-backup", () =>
    proveSubject(context, subject, {
      source: vaultSource(context, production.vault, subject.name, chosen.id),
      // A made-up database says nothing about others, and they nothing about it.
      kind: madeUp ? "demo" : "drill",
      damage: undefined,
      production: null,
      reports,
    }),
  );
  run.older = { id: chosen.id, verdict: report.verdict, report: report.report.markdown };
  const check: CheckResult = {
    id: "drill.older_backup",
    title: "A random older backup comes back too",
    status: report.verdict === "proven" ? "passed" : report.verdict === "failed" ? "failed" : "not_run",
    expected: "proven",
    actual: report.verdict,
    findings: [],
    seconds: 0,
    reason: report.verdict === "proven" ? "" : `see ${report.report.markdown}`,
  };
  run.checks.push(check);
}

const partsInOrder: Readonly<Record<Part, number>> = { preparation: 0, recovery: 1, afterwards: 2 };

async function publish(
  { context, subject, run, madeUp, reports, options }: Site,
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
  if (options.e2e === false) run.notCovered.push({ what: "the app's tests", why: "left out by --no-e2e" });
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
