import { resolve } from "node:path";
import type { GitHub } from "../github/client.ts";
import { githubErrors } from "../github/errors.ts";
import type { Voice } from "../github/incidents/body.ts";
import { type AllClear, type Fault, type RunbookSection, signatureOf } from "../github/incidents/fault.ts";
import { ofReport } from "../github/incidents/of-report.ts";
import { clear, type Raised, raise } from "../github/incidents/raise.ts";
import { readRepository } from "../github/repository.ts";
import { loadPlan } from "../plan/parse.ts";
import type { Plan } from "../plan/schema.ts";
import { selectDatabase } from "../plan/select-database.ts";
import { prose } from "../report/escape.ts";
import { readReport } from "../report/write.ts";
import type { UseCaseContext } from "./context.ts";
import { githubOf } from "./github.ts";
import { runFacts } from "./run-facts.ts";

/** What an operation left instead of a report. */
export interface Unreported {
  /** The plan's name of the database; needed only where it has several. */
  readonly database?: string;
  /** `backup`, `proof`, `check`, `watch`, `recovery`, `drill`, ... */
  readonly operation: string;
  /** Why, as a sentence. */
  readonly reason: string;
}

export interface RaiseOptions {
  readonly plan: string;
  /** Paths of reports' JSON, of any kind and verdict; good ones close what they show to be mended. */
  readonly reports: readonly string[];
  /** An operation that ended before it could write a report. */
  readonly unreported?: Unreported;
  /** An operation that leaves no report and came to its end: that closes what it was `unreported` for. */
  readonly done?: { readonly database?: string; readonly operation: string };
}

/** What was done, fault by fault. */
export interface RaiseOutcome {
  readonly issues: readonly Raised[];
}

const sections: Readonly<Record<string, RunbookSection>> = {
  backup: "backup-failed",
  proof: "proof-inconclusive",
  rehearsal: "proof-inconclusive",
  check: "check-failed",
  watch: "backup-missing",
  recovery: "recovery-failed",
  evidence: "check-failed",
};

/** Operations that are no one database's: their faults stand under the plan's first, whichever job came upon them. */
const ofAllDatabases = new Set(["escalation", "evidence"]);

/** The database that a fault of an operation stands under. */
function databaseOf(plan: Plan, operation: string, database: string | undefined): string {
  const [first] = Object.keys(plan.databases);
  return selectDatabase(plan, ofAllDatabases.has(operation) ? first : database).name;
}

/** Operations that never leave a report, in words of their own. */
const withoutReports: Readonly<Record<string, { title: string; lead: string; steps: readonly string[] }>> = {
  evidence: {
    title: "the published reports did not pass their verification",
    lead: "**Nobody can rely on the published reports as they are.**",
    steps: [
      "Look at the history of the files that the sentence above names: who has changed them, and when?",
      "Put them back as they were published, with `git revert` or `git checkout <commit> -- <file>`; nothing else mends the chain.",
      "Where nobody can say who it was, treat the repository as broken into: docs/evidence.md says which digests stand elsewhere.",
    ],
  },
  disaster: {
    title: "the steps against a disaster are not at their end",
    lead: "**A step failed, or waits for a person.**",
    steps: [
      "Do what the sentence above names; the run's page shows every step with who does it.",
      "Start the workflow again and name what was done under `done`: it goes on from there.",
    ],
  },
  escalation: {
    title: "open incidents could not be escalated",
    lead: "**Whoever must hear of an open incident may not have heard of it.**",
    steps: [
      "Look at the other open issues with the label `ithaca` yourself: who is on them, and since when?",
      "Mend what the sentence above names. The next run of the escalation that goes well closes this.",
    ],
  },
  publication: {
    title: "what a run found was not told or not published",
    lead: "**The run itself is done; people may not have heard of it, or its reports are missing.**",
    steps: [
      "Mend what the sentence above names.",
      "The next run of any workflow publishes its own reports and closes this.",
    ],
  },
};

/** A run that left no report is a fault like any other: nothing is known, so nothing is well. */
function ofUnreported(context: UseCaseContext, plan: Plan, { database, operation, reason }: Unreported): Fault {
  const name = databaseOf(plan, operation, database);
  const { id, url, started_at } = runFacts(context, context.clock.now());
  const words = withoutReports[operation] ?? {
    title: `the ${operation.replaceAll(/[-_:]/g, " ")} ended without a report`,
    lead: "**The run ended before it could write a report.**",
    steps: ["Mend what the sentence above names.", "Start the workflow again, by hand."],
  };
  return {
    key: { database: name, family: operation },
    verdict: "inconclusive",
    title: words.title,
    section: sections[operation] ?? "drill-failed",
    lead: `${words.lead} ${prose(reason, 2000)}`,
    steps: words.steps,
    details: [],
    signature: signatureOf("unreported", operation, reason),
    source: { id: `${operation} ${id}`, at: new Date(started_at), backupAt: null, runUrl: url, reportPath: null },
  };
}

function ofDone(
  context: UseCaseContext,
  plan: Plan,
  { database, operation }: NonNullable<RaiseOptions["done"]>,
): AllClear {
  const { id, url, started_at } = runFacts(context, context.clock.now());
  return {
    database: databaseOf(plan, operation, database),
    families: [operation],
    lead: `The ${prose(operation)} came to its end.`,
    source: { id: `${operation} ${id}`, at: new Date(started_at), backupAt: null, runUrl: url, reportPath: null },
  };
}

/**
 * Where the runner puts the action of another repository: `.../_actions/<owner>/<name>/<ref>/actions/<action>`. Within a
 * composite action the variables that should name them are empty (https://github.com/actions/runner/issues/2473).
 */
const foreignAction = /\/_actions\/([^/]+\/[^/]+)\/(.+)\/actions\/[^/]+\/?$/;

/** Where the runbook is: in this repository, or beside the action that is used from another one. */
function runbookAt({ environment }: UseCaseContext, page: string, defaultBranch: string): string {
  const server = environment.GITHUB_SERVER_URL || "https://github.com";
  const [, repository, ref] = foreignAction.exec(environment.GITHUB_ACTION_PATH ?? "") ?? [];
  const there = repository === undefined ? `${page}/blob/${defaultBranch}` : `${server}/${repository}/blob/${ref}`;
  return `${there}/docs/runbook.md`;
}

/**
 * How issues are written for this plan and repository.
 *
 * @throws surroundings: the repository's issues are switched off, or GitHub cannot be asked
 */
export async function voiceOf(context: UseCaseContext, github: GitHub, plan: Plan): Promise<Voice> {
  const repository = await readRepository(github);
  const { defaultBranch, page } = repository;
  const branch = plan.reports.branch ?? defaultBranch;
  if (!repository.hasIssues) {
    const said = "has_issues is false";
    throw githubErrors.issues_disabled({ repository: github.repository, what: "raise an issue", said });
  }
  return {
    plan,
    branch,
    reportsAt: `${page}/blob/${branch}`,
    runbook: runbookAt(context, page, defaultBranch),
    discreet: repository.public && !plan.reports.public,
  };
}

/**
 * Lets issues say what reports found. A failed or inconclusive report opens the one issue of its fault, or brings it up
 * to date; a good one closes, with the evidence, what it shows to be mended. Demos and runs on copies that were damaged
 * on purpose say nothing. Which faults there are stands in `src/github/incidents/of-report.ts`.
 *
 * @throws input: the plan, or a path that is no report (after the others were dealt with)
 * @throws surroundings: GitHub could not be asked, or refused; one sentence with what to do
 */
export async function raiseIssue(context: UseCaseContext, options: RaiseOptions): Promise<RaiseOutcome> {
  const { plan } = await loadPlan(resolve(context.workingDirectory, options.plan));
  const github = githubOf(context);
  return await context.progress.step("Bring the issues up to date", async (note) => {
    const voice = await voiceOf(context, github, plan);
    const issues: Raised[] = [];
    const unreadable: unknown[] = [];
    for (const path of options.reports) {
      try {
        const told = ofReport(await readReport(resolve(context.workingDirectory, path)));
        const now = context.clock.now();
        if (told === null) continue;
        if ("fault" in told) issues.push(await raise(github, told.fault, voice, now));
        else issues.push(...(await clear(github, told.clear, voice, now)));
      } catch (error) {
        if (!isNoReport(error)) throw error;
        unreadable.push(error);
      }
    }
    if (options.unreported !== undefined) {
      const fault = ofUnreported(context, plan, options.unreported);
      issues.push(await raise(github, fault, voice, context.clock.now()));
    }
    if (options.done !== undefined) {
      issues.push(...(await clear(github, ofDone(context, plan, options.done), voice, context.clock.now())));
    }
    note(
      issues.length === 0 ? "nothing to say" : issues.map(({ number, action }) => `#${number} ${action}`).join(", "),
    );
    if (unreadable.length > 0) throw unreadable[0];
    return { issues };
  });
}

function isNoReport(error: unknown): boolean {
  return error instanceof Error && "id" in error && error.id === "report.not_a_report";
}
