import { openChannels } from "../../notify/channels.ts";
import { incidentReminders } from "../incident-reminders.ts";
import { reportsDirectory } from "../subject.ts";
import { type Concern, type Examination, type Patient, subjectOf, variable } from "./types.ts";

/* Who hears of it: channels, contacts, a monitor outside. Nothing is sent to try them. */

function channels(patient: Patient): string | Concern {
  const all = openChannels(patient.context.environment, subjectOf(patient).plan);
  const broken = all.find((channel) => "closed" in channel && channel.broken);
  if (broken !== undefined && "closed" in broken) throw new Error(broken.closed);
  const open = all.filter((channel) => !("closed" in channel)).map(({ name }) => name);
  if (open.length > 0) return `${open.join(" and ")}; nothing was sent to try`;
  return {
    message: "neither SMTP_URL nor SLACK_WEBHOOK_URL is set, so an alarm reaches nobody but readers of issues",
    mend: "set one of them, as docs/alerts.md says",
  };
}

const listed = (names: readonly string[]) => new Intl.ListFormat("en").format(names);

function contacts(patient: Patient): string | Concern {
  const { contacts } = subjectOf(patient).plan;
  const roles = ["primary", "secondary", "escalation"] as const;
  const unknown = roles.filter((role) => {
    const contact = contacts[role];
    return contact === undefined || (contact.email === undefined && contact.github === undefined);
  });
  if (unknown.length === 0) return "primary, secondary and escalation can be reached";
  return {
    message: `the plan says no way to reach ${listed(unknown)}`,
    mend: "give each an email or a github login under contacts",
  };
}

function heartbeat(patient: Patient): string | Concern {
  const name = subjectOf(patient).database.heartbeat_secret;
  if (variable(patient, name) !== null) return "set; nothing was sent to try";
  return {
    message: `${name} is not set: if GitHub starts nothing at all, nobody hears of it`,
    mend: `make a check at a monitor such as healthchecks.io, and set ${name} to its address`,
  };
}

/** What recoveries have left for people to do. */
async function recoveries(patient: Patient): Promise<string | Concern> {
  const { plan, name } = subjectOf(patient);
  const found = await incidentReminders(reportsDirectory(patient.context, plan), name);
  if (found.unfinished.length > 0) {
    throw new Error(`a recovery is not finished (${found.unfinished.join(", ")}); run the same command again`);
  }
  if (found.withoutLessons.length === 0) return "none is unfinished, and none lacks what was learned from it";
  return {
    message: `nobody has written what was learned: ${found.withoutLessons.join(", ")}`,
    mend: "fill in the last section of the incident's page",
  };
}

/** The examinations of who hears. */
export function ofPeople(patient: Patient): Examination[] {
  return [
    { id: "channels", title: "Mail and Slack", look: async () => channels(patient) },
    { id: "contacts", title: "Contacts", look: async () => contacts(patient) },
    { id: "heartbeat", title: "A monitor outside GitHub", look: async () => heartbeat(patient) },
    { id: "recoveries", title: "Recoveries", look: () => recoveries(patient) },
  ];
}
