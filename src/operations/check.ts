import { relative } from "node:path";
import { stopwatch } from "../base/clock.ts";
import { duration } from "../plan/schema.ts";
import { listReports } from "../report/history.ts";
import type { CheckReport } from "../report/model.ts";
import { decideVerdict } from "../report/verdict.ts";
import { writeReport } from "../report/write.ts";
import { audited } from "./audited.ts";
import { checkArchive } from "./check-archive.ts";
import { checkExports } from "./check-exports.ts";
import { checkPlatform } from "./check-platform.ts";
import { checkVault, compareRecorded } from "./check-vault.ts";
import type { UseCaseContext } from "./context.ts";
import { operationErrors } from "./errors.ts";
import { runFacts } from "./run-facts.ts";
import { loadSubject, reportsDirectory, type Subject, type SubjectOptions, sourceTarget } from "./subject.ts";
import { withTimeLeft } from "./time-left.ts";
import { verifySample } from "./verify/verify-sample.ts";

export interface CheckOptions extends SubjectOptions {
  /** Read every byte of the vault as well. */
  readonly readData?: boolean;
  /** Also restore and compare as much of the newest backup as all of it may take in this time, such as `5m`. */
  readonly sample?: string;
}

/** Where nobody gives a connection string, exports are all there is: then no vault is missing. */
function livesOnExports(context: UseCaseContext, { database }: Subject): boolean {
  const { RESTIC_REPOSITORY: repository = "" } = context.environment;
  return database.exports !== undefined && repository === "" && sourceTarget(context, database) === null;
}

/**
 * Looks at every place that keeps backups of a database, and writes a report.
 *
 * The vault: is the newest backup complete and young enough, is any day of the retention missing, are the sizes
 * consistent, is the newest backup the one that was recorded outside the vault, is the repository sound; and whether the
 * newest backup is in line with the ones before it, by what was recorded of them. The platform: its own backups, against
 * what the plan promises of them. The archive of the team's own log, by which it goes back to a second. Exports: files that people bring by hand.
 */
export async function check(context: UseCaseContext, options: CheckOptions): Promise<CheckReport> {
  const budget = readBudget(options.sample);
  const subject = await loadSubject(context, options);
  const { plan, name } = subject;
  const telling = await withTimeLeft(context, subject, { of: "verification", sampled: budget !== null });
  return audited(context, { operation: "check", database: name, plan }, () => look(telling, subject, options, budget));
}

/** Seconds; null where no sample is asked for. */
function readBudget(text: string | undefined): number | null {
  if (text === undefined) return null;
  const parsed = duration.safeParse(text);
  if (!parsed.success) throw operationErrors.bad_duration({ option: "--sample", text });
  return parsed.data;
}

async function look(
  context: UseCaseContext,
  subject: Subject,
  options: CheckOptions,
  budget: number | null,
): Promise<CheckReport> {
  const { plan, database, name } = subject;
  const startedAt = context.clock.now();
  const seconds = stopwatch();
  const directory = reportsDirectory(context, plan);
  const { reports } = await listReports(directory, name);
  const withoutVault = livesOnExports(context, subject);
  const vault = withoutVault
    ? { checks: [], keepers: [] }
    : await checkVault(context, subject, reports, options.readData === true);
  const recorded = compareRecorded(reports, subject, startedAt);
  const platform = await checkPlatform(context, database, reports);
  const archive = await checkArchive(context, subject);
  const exported = await checkExports(context, subject, reports);
  const sampled =
    budget === null || withoutVault
      ? { checks: [], notCovered: [], sample: null }
      : await verifySample(context, subject, { budget, spent: seconds(), reports });
  const checks = [
    ...vault.checks,
    ...recorded.checks,
    ...platform.checks,
    ...archive.checks,
    ...exported.checks,
    ...sampled.checks,
  ];
  return writeReport(
    directory,
    {
      kind: "check",
      verdict: decideVerdict({ checks, restore_errors: [], sabotage: null, rehearsal: null }),
      database: name,
      run: runFacts(context, startedAt),
      checks,
      not_covered: [
        ...(withoutVault
          ? [
              {
                what: "Backups by Ithaca itself",
                why: "there is no connection string and no vault: exports are all there is",
              },
            ]
          : []),
        ...recorded.notCovered,
        ...platform.notCovered,
        ...archive.notCovered,
        ...exported.notCovered,
        ...sampled.notCovered,
      ],
      keepers: [...vault.keepers, ...platform.keepers, ...archive.keepers, ...exported.keepers],
      sample: sampled.sample,
      outage: platform.outage,
    },
    relative(context.workingDirectory, directory),
  );
}
