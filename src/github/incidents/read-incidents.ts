import type { GitHub } from "../client.ts";
import { tasks } from "../tasks.ts";
import { ithacaLabel, readKey, readState } from "./marker.ts";
import type { Actor, Incident, IncidentEvent } from "./types.ts";

/** An issue as GitHub lists it, as far as it matters here. */
interface ListedIssue {
  readonly number: number;
  readonly html_url: string;
  readonly title: string;
  readonly body?: string | null | undefined;
  readonly created_at: string;
  readonly labels: readonly (string | { readonly name?: string | undefined })[];
  readonly assignees?: readonly { readonly login: string }[] | null | undefined;
  readonly pull_request?: unknown;
}

/** An issue as an incident, or null where it is none of Ithaca's. */
export function incidentOf(issue: ListedIssue): Incident | null {
  const body = issue.body ?? "";
  const key = readKey(body);
  if (key === null || issue.pull_request !== undefined) return null;
  return {
    number: issue.number,
    url: issue.html_url,
    title: issue.title,
    body,
    key,
    state: readState(body),
    openedAt: new Date(issue.created_at),
    labels: issue.labels.map((label) => (typeof label === "string" ? label : (label.name ?? ""))),
    assignees: (issue.assignees ?? []).map(({ login }) => login),
  };
}

/**
 * All open incidents, the oldest first. They are found by listing the label and reading the marker: GitHub's search is
 * behind by minutes.
 *
 * @param database only those of this database
 */
export async function openIncidents(github: GitHub, database?: string): Promise<Incident[]> {
  const issues = await github.ask(tasks.readIssues, (client, where) =>
    client.paginate(client.rest.issues.listForRepo, { ...where, state: "open", labels: ithacaLabel, per_page: 100 }),
  );
  return issues
    .flatMap((issue) => incidentOf(issue) ?? [])
    .filter((incident) => database === undefined || incident.key.database === database)
    .sort((a, b) => a.number - b.number);
}

/**
 * The incidents that were closed and have changed since a moment, such as those that a person has closed.
 */
export async function closedIncidents(github: GitHub, since: Date): Promise<Incident[]> {
  const where = { state: "closed", labels: ithacaLabel, since: since.toISOString(), per_page: 100 } as const;
  const issues = await github.ask(tasks.readIssues, (client, repository) =>
    client.paginate(client.rest.issues.listForRepo, { ...repository, ...where }),
  );
  return issues.flatMap((issue) => incidentOf(issue) ?? []);
}

/** Who it was, as GitHub names them. */
interface Named {
  readonly login?: string | undefined;
  readonly type?: string | undefined;
}

/**
 * How every comment of Ithaca ends, also under a person's token. Whoever answers by mail sends what they answer along: elsewhere in
 * a comment such a line says nothing about who wrote it.
 */
const ownEnding = /(^|\n)<!-- ithaca:.* -->\s*$/;

function actorOf(user: Named | null | undefined, text = ""): Actor {
  const login = user?.login ?? "ghost";
  const robot = user?.type === "Bot" || login.endsWith("[bot]") || ownEnding.test(text);
  return { login, person: !robot };
}

/** What has happened to an issue since it was opened, comments and events together, in the order of their times. */
export async function incidentHistory(github: GitHub, issue: number): Promise<IncidentEvent[]> {
  const comments = await github.ask(tasks.readIssues, (client, where) =>
    client.paginate(client.rest.issues.listComments, { ...where, issue_number: issue, per_page: 100 }),
  );
  const events = await github.ask(tasks.readIssues, (client, where) =>
    client.paginate(client.rest.issues.listEvents, { ...where, issue_number: issue, per_page: 100 }),
  );
  const said = comments.map((comment): IncidentEvent => {
    const text = comment.body ?? "";
    const at = new Date(comment.created_at);
    return { what: "commented", at, actor: actorOf(comment.user, text), text, url: comment.html_url };
  });
  const done = events.flatMap((event): IncidentEvent[] => {
    // Of an assignment, `assigner` did it; `actor` may be the one who was assigned.
    const by = "assigner" in event && event.assigner != null ? event.assigner : event.actor;
    const common = { at: new Date(event.created_at), actor: actorOf(by) };
    switch (event.event) {
      case "assigned":
      case "unassigned":
        // Who was assigned; GitHub leaves out people whose account is gone.
        return "assignee" in event && event.assignee != null
          ? [{ ...common, what: event.event, login: event.assignee.login }]
          : [];
      case "labeled":
      case "unlabeled":
        return "label" in event && event.label?.name != null
          ? [{ ...common, what: event.event, label: event.label.name }]
          : [];
      case "closed":
      case "reopened":
        return [{ ...common, what: event.event }];
      default:
        return [];
    }
  });
  return [...said, ...done].sort((a, b) => a.at.getTime() - b.at.getTime());
}
