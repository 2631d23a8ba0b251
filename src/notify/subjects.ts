import { spellBytes } from "../base/spell.ts";
import type { Plan } from "../plan/schema.ts";

/** Fills in what stands in brackets, as the team's plan writes it; what is not known stays as it is. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\[([a-z_]+)\]/g, (whole, name: string) => values[name] ?? whole);
}

/** `Daily backup completed successfully - [backup_id] - [size]`, or as the plan has it. */
export function successSubject(
  { alerts }: Plan,
  database: string,
  backup: { readonly id: string; readonly size_bytes: number },
): string {
  return fill(alerts.subjects.success, { backup_id: backup.id, size: spellBytes(backup.size_bytes), database });
}

/** What must be done about a topic that failed is in its subject, so that it is seen on a locked screen. */
const urgent = (title: string, what: string) => `URGENT: ${title} ${what} - Immediate action required`;

/** `URGENT: Daily backup failed - Immediate action required`, or as the plan has it; other topics in the same words. */
export function failureSubject({ alerts }: Plan, about: { topic: string; title: string; database: string }): string {
  return about.topic === "backup"
    ? fill(alerts.subjects.failure, { database: about.database })
    : urgent(about.title, "failed");
}

/** The subject where nobody can tell how it stands. */
export function unclearSubject(about: { title: string; database: string; urgent: boolean }): string {
  return about.urgent
    ? urgent(about.title, "could not be verified")
    : `${about.title} could not be completed - ${about.database}`;
}

/** `Resolved: Daily backup failed`: the alarm's own subject, without what it asked for. */
export function resolvedSubject(alarm: string): string {
  return `Resolved: ${alarm.replace(/^URGENT: /, "").replace(/ - Immediate action required$/, "")}`;
}
