import { redact } from "../../base/redact.ts";
import type { GitHub } from "../client.ts";
import { tasks } from "../tasks.ts";
import { againComment, closingComment, issueBody, type Voice } from "./body.ts";
import type { AllClear, Fault } from "./fault.ts";
import { acknowledgedLabel, databaseLabel, type IncidentState, ithacaLabel, ofThePlan, sameFault } from "./marker.ts";
import { incidentOf, openIncidents } from "./read-incidents.ts";
import { addLabels, assign, comment, ensureLabel } from "./touch-incident.ts";
import type { Incident } from "./types.ts";

/** What was done about a fault, and where. */
export interface Raised {
  /** `inner-odyssey/proof` */
  readonly key: string;
  readonly number: number;
  readonly url: string;
  readonly action: "opened" | "updated" | "commented" | "unchanged" | "closed";
}

/** While the same is wrong, an issue gets a comment at most this often, in milliseconds. */
const quietTime = 3600 * 1000;
/** Sources that are remembered: more than one fault has within a quiet time. */
const mostSources = 20;

const nameOf = ({ key }: { key: { database: string; family: string } }) => `${key.database}/${key.family}`;

function titleOf({ key, title }: Fault): string {
  return redact(`${key.database}: ${title}`).slice(0, 200);
}

/** The issue is what it is about: the oldest open one of its key stays, whatever opened others beside it. */
async function oldestOf(github: GitHub, fault: Fault): Promise<Incident | null> {
  const [oldest, ...younger] = (await openIncidents(github, fault.key.database)).filter(({ key }) =>
    sameFault(key, fault.key),
  );
  for (const { number } of younger) {
    await comment(github, number, `Duplicate of #${oldest?.number}\n\n<!-- ithaca:comment -->\n`);
    await close(github, number, "not_planned");
  }
  return oldest ?? null;
}

async function close(github: GitHub, issue: number, reason: "completed" | "not_planned"): Promise<void> {
  await github.ask(tasks.raiseIssue, (client, where) =>
    client.rest.issues.update({ ...where, issue_number: issue, state: "closed", state_reason: reason }),
  );
}

const later = (a: Date | null, b: string | null): string | null => {
  const known = [...(a === null ? [] : [a.toISOString()]), ...(b === null ? [] : [b])].sort();
  return known.at(-1) ?? null;
};

/** What the issue remembers after a fault was seen. */
function stateAfter(before: IncidentState | null, fault: Fault, told: boolean, now: Date): IncidentState {
  return {
    count: (before?.count ?? 0) + 1,
    at: later(fault.source.at, before?.at ?? null) ?? fault.source.at.toISOString(),
    backup_at: later(fault.source.backupAt, before?.backup_at ?? null),
    signature: fault.signature,
    told_at: told ? now.toISOString() : (before?.told_at ?? now.toISOString()),
    sources: [...(before?.sources ?? []), fault.source.id].slice(-mostSources),
  };
}

/**
 * Makes sure that exactly one open issue tells of a fault. A new fault opens one; one that is known gets its body
 * brought up to date, and a comment when something else is wrong than before or an hour has passed. A source that was
 * taken in already changes nothing.
 *
 * Where two runs open the same fault at once, each looks again afterwards, and the younger issue is closed as a duplicate.
 */
export async function raise(github: GitHub, fault: Fault, voice: Voice, now: Date): Promise<Raised> {
  const known = await oldestOf(github, fault);
  if (known !== null) return await seenAgain(github, known, fault, voice, now);
  const opened = await open(github, fault, voice, now);
  const oldest = await oldestOf(github, fault);
  // Not listed yet, or the label was refused: then this one is all there is.
  if (oldest === null || oldest.number === opened.number) return opened;
  return await seenAgain(github, oldest, fault, voice, now);
}

async function open(github: GitHub, fault: Fault, voice: Voice, now: Date): Promise<Raised> {
  const databases = sameFault(fault.key, ofThePlan) ? [] : [fault.key.database];
  const labels = [ithacaLabel, ...databases.map(databaseLabel), ...voice.plan.alerts.labels];
  await ensureLabel(github, ithacaLabel, "What Ithaca found about backups and recovery");
  for (const name of databases) await ensureLabel(github, databaseLabel(name), `Incidents of the database ${name}`);
  await ensureLabel(github, acknowledgedLabel, "A person is on it");
  const { data } = await github.ask(tasks.raiseIssue, (client, where) =>
    client.rest.issues.create({
      ...where,
      title: titleOf(fault),
      body: redact(issueBody(fault, stateAfter(null, fault, true, now), now, voice)),
      labels,
    }),
  );
  const incident = incidentOf(data);
  // GitHub drops labels in silence where the token may not set them; without one the issue is not found again.
  if (!incident?.labels.includes(ithacaLabel)) await addLabels(github, data.number, labels);
  const { primary } = voice.plan.contacts;
  // On its own and afterwards: an assignee that GitHub refuses must not lose the issue.
  if (primary?.github !== undefined) await assign(github, data.number, [primary.github]);
  return { key: nameOf(fault), number: data.number, url: data.html_url, action: "opened" };
}

async function seenAgain(github: GitHub, incident: Incident, fault: Fault, voice: Voice, now: Date): Promise<Raised> {
  const { state, number, url } = incident;
  const key = nameOf(fault);
  if (state?.sources.includes(fault.source.id)) return { key, number, url, action: "unchanged" };
  const changed = state !== null && state.signature !== fault.signature;
  const tell = state === null || changed || now.getTime() - Date.parse(state.told_at) >= quietTime;
  const next = stateAfter(state, fault, tell, now);
  await github.ask(tasks.raiseIssue, (client, where) =>
    client.rest.issues.update({
      ...where,
      issue_number: number,
      title: titleOf(fault),
      body: redact(issueBody(fault, next, incident.openedAt, voice)),
    }),
  );
  if (tell) await comment(github, number, againComment(fault, next.count, changed, voice));
  return { key, number, url, action: tell ? "commented" : "updated" };
}

/** Whether a good run is evidence against an incident: it began later, and is about a backup that is no older. */
function shows({ source }: AllClear, { state }: Incident): boolean {
  if (state === null) return true;
  const newer = source.at.getTime() > Date.parse(state.at);
  const asNew = source.backupAt === null || state.backup_at === null;
  return newer && (asNew || (source.backupAt?.getTime() ?? 0) >= Date.parse(state.backup_at ?? ""));
}

/** Closes the open issues of the faults that a good run shows to be gone, each with the evidence. */
export async function clear(github: GitHub, allClear: AllClear, voice: Voice, now: Date): Promise<Raised[]> {
  const closed: Raised[] = [];
  for (const incident of await openIncidents(github, allClear.database)) {
    const { number, url, key, openedAt } = incident;
    if (!allClear.families.includes(key.family) || !shows(allClear, incident)) continue;
    const seconds = Math.max(0, (now.getTime() - openedAt.getTime()) / 1000);
    await comment(github, number, closingComment(allClear, seconds, voice));
    await close(github, number, "completed");
    closed.push({ key: nameOf(incident), number, url, action: "closed" });
  }
  return closed;
}
