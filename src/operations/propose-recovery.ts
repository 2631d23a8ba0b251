import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { redact } from "../base/redact.ts";
import { comment, ensureLabel } from "../github/incidents/touch-incident.ts";
import { tasks } from "../github/tasks.ts";
import type { UseCaseContext } from "./context.ts";
import { operationErrors } from "./errors.ts";
import { githubOf } from "./github.ts";
import { voiceOf } from "./raise-issue.ts";
import { runFacts } from "./run-facts.ts";
import { loadSubject, type SubjectOptions } from "./subject.ts";

/** Issues with this label are no faults: they are plans that somebody has to look at before they are carried out. */
const label = "recovery plan";

/** GitHub takes 65,536 characters. */
const longestPage = 55_000;

export interface ProposeOptions extends SubjectOptions {
  /** The page with the plan, for a proposal; without it the open proposal is closed. */
  readonly page?: string;
  /** How the recovery went, as a word, where the proposal is closed. */
  readonly outcome?: string;
}

/** The issue; null where none was open that could be closed. */
export interface Proposal {
  readonly number: number;
  readonly url: string;
}

/**
 * Puts the plan of a recovery before the people who have to approve it: one open issue per database, which always shows
 * the newest plan. When the recovery was executed, the issue says how it went and is closed.
 *
 * In a public repository whose plan does not make reports public it only leads to the run.
 *
 * @throws surroundings: GitHub could not be asked, or refused
 */
export async function proposeRecovery(context: UseCaseContext, options: ProposeOptions): Promise<Proposal | null> {
  const { plan, name } = await loadSubject(context, options);
  const github = githubOf(context);
  const marker = `<!-- ithaca:recovery-plan=${name} -->`;
  const { data: issues } = await github.ask(tasks.readIssues, (client, where) =>
    client.rest.issues.listForRepo({ ...where, state: "open", labels: label, per_page: 100 }),
  );
  const open = issues.find(({ body }) => body?.startsWith(marker));
  const { url: run } = runFacts(context, context.clock.now());
  const where = run === null ? "" : `[The run](${run})`;
  if (options.page === undefined) {
    if (open === undefined) return null;
    await comment(github, open.number, `The recovery has ended: **${options.outcome ?? "unknown"}**. ${where}\n`);
    await github.ask(tasks.raiseIssue, (client, at) =>
      client.rest.issues.update({ ...at, issue_number: open.number, state: "closed", state_reason: "completed" }),
    );
    return { number: open.number, url: open.html_url };
  }
  const page = await readPage(context, options.page);
  const { discreet } = await voiceOf(context, github, plan);
  const body = redact(
    [
      marker,
      `${where} waits for a reviewer of the environment \`recovery\`, if it was started to execute. Nothing has been changed yet.`,
      "",
      discreet ? "The plan stands in the summary of the run." : page.slice(0, longestPage),
      "",
    ].join("\n"),
  );
  const title = `${name}: approve the plan of a recovery`;
  if (open !== undefined) {
    await github.ask(tasks.raiseIssue, (client, at) =>
      client.rest.issues.update({ ...at, issue_number: open.number, title, body }),
    );
    await comment(github, open.number, `The plan was made anew. ${where}\n`);
    return { number: open.number, url: open.html_url };
  }
  await ensureLabel(github, label, "A recovery that waits for somebody's approval");
  const { data } = await github.ask(tasks.raiseIssue, (client, at) =>
    client.rest.issues.create({ ...at, title, body, labels: [label] }),
  );
  return { number: data.number, url: data.html_url };
}

async function readPage(context: UseCaseContext, path: string): Promise<string> {
  try {
    return await readFile(resolve(context.workingDirectory, path), "utf8");
  } catch (cause) {
    throw operationErrors.file_missing({ option: "--page", path }, { cause });
  }
}
