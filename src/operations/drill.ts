import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { stopwatch } from "../base/clock.ts";
import { requireRehearsal } from "../rehearsal/rehearse.ts";
import type { DrillReport } from "../report/model.ts";
import { audited } from "./audited.ts";
import type { UseCaseContext } from "./context.ts";
import { countLosses, rehearseRecovered } from "./disaster/drill/after-recovery.ts";
import { proveOlder } from "./disaster/drill/older-backup.ts";
import { publishDrill } from "./disaster/drill/publish.ts";
import type { DrillOptions, DrillSite } from "./disaster/drill/site.ts";
import { DrillRun } from "./disaster/drill-run.ts";
import { makeUpProduction, productionFromVault } from "./disaster/lost-production.ts";
import { isLost, newDatabase, recoverLost, recoveryPhases } from "./disaster/recover-lost.ts";
import { type RunbookUpdate, updateRunbook } from "./disaster/update-runbook.ts";
import { loadMadeUp } from "./fixture-plan.ts";
import { loadSubject, reportsDirectory } from "./subject.ts";
import { withTimeLeft } from "./time-left.ts";

export type { DrillOptions } from "./disaster/drill/site.ts";

export interface DrillResult {
  readonly report: DrillReport;
  /** Null where a drill that ended early measured nothing. */
  readonly runbook: RunbookUpdate | null;
}

/**
 * Loses a throwaway production while it is written to, recovers it into a new database with the recovery's own command,
 * proves it, runs the app's tests on it, and measures how long that took and what was lost. Without a vault production is
 * made up, by a plan of its own, and nothing needs to be set up; with one it is a copy of the vault's newest backup, and only the vault is
 * reached: neither production nor the team's channels. A drill that ends early still leaves a report.
 */
export async function drill(silent: UseCaseContext, asked: DrillOptions): Promise<DrillResult> {
  const team = await loadSubject(silent, asked);
  const { RESTIC_REPOSITORY, RESTIC_REPOSITORY_FILE } = silent.environment;
  const madeUp = asked.madeUp === true || (RESTIC_REPOSITORY ?? RESTIC_REPOSITORY_FILE ?? "") === "";
  const { subject, plan } = madeUp
    ? await loadMadeUp(silent, { plan: asked.plan })
    : { subject: team, plan: asked.plan };
  const options = { ...asked, plan, e2e: asked.e2e ?? subject.database.rehearsal !== undefined };
  const context = await withTimeLeft(silent, subject, { of: "drill" });
  if (options.e2e) await requireRehearsal(subject);
  const workingDirectory = madeUp ? resolve(context.workingDirectory, ".ithaca") : context.workingDirectory;
  const reports = reportsDirectory({ ...context, workingDirectory }, team.plan);
  const startedAt = context.clock.now();
  const run = new DrillRun();
  const site: DrillSite = { context, subject, options, run, madeUp, reports };
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
    return await publishDrill(site, startedAt);
  });
  return { report, runbook: run.backup === null ? null : await updateRunbook(team, report) };
}

async function loseAndRecover(site: DrillSite): Promise<void> {
  const { context, subject, options, run, madeUp, reports } = site;
  const { progress } = context;
  const timed = run.timed("preparation");
  await using production = madeUp
    ? await makeUpProduction(context, subject, { families: options.families, reports, timed, vault: options.vault })
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
