import { redact } from "../../base/redact.ts";
import { prose } from "../../report/escape.ts";
import type { GitHub } from "../client.ts";
import { statusOf } from "../explain.ts";
import { tasks } from "../tasks.ts";

/** Small changes to an issue, each on its own: an alarm is never lost because one of them was refused. */

/** Writes a comment. Registered secrets are blanked out. */
export async function comment(github: GitHub, issue: number, body: string): Promise<string> {
  const { data } = await github.ask(tasks.raiseIssue, (client, where) =>
    client.rest.issues.createComment({ ...where, issue_number: issue, body: redact(body) }),
  );
  return data.html_url;
}

/**
 * Writes a comment unless one with this marker is there already, so that a run that is started again says nothing
 * twice.
 *
 * @param marker lower-case letters, digits, `:`, `/` and dashes, such as `escalation:secondary`; nobody sees it
 * @returns the comment's page, and whether it was written now
 */
export async function commentOnce(
  github: GitHub,
  issue: number,
  marker: string,
  body: string,
): Promise<{ url: string; written: boolean }> {
  const line = `<!-- ithaca:once=${marker.toLowerCase().replaceAll(/[^a-z0-9:/]+/g, "-")} -->`;
  const comments = await github.ask(tasks.readIssues, (client, where) =>
    client.paginate(client.rest.issues.listComments, { ...where, issue_number: issue, per_page: 100 }),
  );
  const there = comments.find(({ body: text }) => text?.includes(line));
  if (there !== undefined) return { url: there.html_url, written: false };
  return { url: await comment(github, issue, `${body.trimEnd()}\n\n${line}\n`), written: true };
}

/**
 * Assigns people, each on their own: one whom GitHub refuses (no member of the repository, a login that is none) stands
 * in nobody's way.
 *
 * @returns the logins that were refused
 */
export async function assign(github: GitHub, issue: number, logins: readonly string[]): Promise<{ refused: string[] }> {
  const refused: string[] = [];
  for (const login of logins) {
    try {
      const { data } = await github.tryTo((client, where) =>
        client.rest.issues.addAssignees({ ...where, issue_number: issue, assignees: [login] }),
      );
      // Somebody without access is passed over in silence.
      if (!data.assignees?.some((assignee) => sameLogin(assignee.login, login))) refused.push(login);
    } catch (error) {
      if (github.signal.aborted) throw error;
      refused.push(login);
    }
  }
  for (const login of refused)
    github.warn(`GitHub does not let ${login} be assigned to #${issue}; is the login right?`);
  return { refused };
}

function sameLogin(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Puts labels on an issue; those that it has already stay. A refusal is a warning. */
export async function addLabels(github: GitHub, issue: number, labels: readonly string[]): Promise<void> {
  try {
    await github.ask(tasks.raiseIssue, (client, where) =>
      client.rest.issues.addLabels({ ...where, issue_number: issue, labels: [...labels] }),
    );
  } catch (error) {
    if (github.signal.aborted) throw error;
    github.warn(
      `#${issue} did not get its labels (${labels.join(", ")}): ${error instanceof Error ? error.message : ""}`,
    );
  }
}

/** Colours of labels that Ithaca makes, so that an incident is seen in a list. */
const colours: Readonly<Record<string, string>> = { ithaca: "0f6f79", acknowledged: "fbca04" };

/** Makes a label that does not exist yet, with a colour and what it is for. Whatever goes wrong is a warning. */
export async function ensureLabel(github: GitHub, name: string, description: string): Promise<void> {
  try {
    await github.tryTo(async (client, where) => {
      try {
        await client.rest.issues.getLabel({ ...where, name });
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
        await client.rest.issues.createLabel({
          ...where,
          name,
          color: colours[name] ?? "c5def5",
          description: description.slice(0, 100),
        });
      }
    });
  } catch (error) {
    if (github.signal.aborted) throw error;
    // 422: another run has made it meanwhile.
    if (statusOf(error) !== 422)
      github.warn(`The label ${prose(name)} could not be made; GitHub makes it without colour`);
  }
}
