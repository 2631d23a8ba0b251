import { dayLength } from "../../base/calendar.ts";
import type { Plan } from "../../plan/schema.ts";
import type { AnyReport } from "../../report/model.ts";
import { keyOf, type Ledger, type Subject } from "../ledger.ts";
import type { Message } from "../types.ts";

const lengths = { daily: dayLength, weekly: 7 * dayLength } as const;

/** Beginnings of the reasons that make a passed check worth a look; the others only say why nothing was compared. */
const worthALook = /^(only because the plan excuses|unusual:)/;

/** What passed and is not quite right all the same, such as a finding that is excused until a day. */
function warningsOf(report: AnyReport): string[] {
  if (!("checks" in report) || ("damaged" in report && report.damaged)) return [];
  return report.checks
    .filter(({ status, reason }) => status === "passed" && worthALook.test(reason))
    .map(({ title, reason }) => `${title}: ${reason}`);
}

/** The first day of the period that a day is in: itself, or its week's Monday. */
function periodStart(now: Date, digest: "daily" | "weekly"): string {
  const back = digest === "daily" ? 0 : (now.getUTCDay() + 6) % 7;
  return new Date(now.getTime() - back * dayLength).toISOString().slice(0, 10);
}

/**
 * Warnings that are no alarm, gathered into one quiet message for each period: the same warning stands in it once, with
 * how often it came. Null where there is none, or it is not time. A lost run loses nothing: the next one's digest goes
 * back to the last that was sent.
 */
export function digestOf(
  reports: readonly AnyReport[],
  { database, plan, now, ledger }: { database: string; plan: Plan; now: Date; ledger: Ledger },
): { subject: Subject; message: Message } | null {
  const { digest } = plan.alerts;
  if (digest === "never") return null;
  const day = periodStart(now, digest);
  const subject: Subject = { database, topic: "warnings", statement: "digest", day, ordinal: 1 };
  const earlier = ledger.records.filter(({ statement, day: of }) => statement === "digest" && of !== day);
  const last = earlier.map(({ at }) => Date.parse(at)).sort((a, b) => b - a)[0];
  const since = last ?? now.getTime() - lengths[digest];
  const counts = new Map<string, number>();
  for (const report of reports) {
    const at = Date.parse(report.run.finished_at);
    if (at <= since || at > now.getTime()) continue;
    for (const warning of warningsOf(report)) counts.set(warning, (counts.get(warning) ?? 0) + 1);
  }
  if (counts.size === 0) return null;
  const what = counts.size === 1 ? "1 warning" : `${counts.size} warnings`;
  return {
    subject,
    message: {
      key: keyOf(subject),
      database,
      urgency: "quiet",
      subject: `Backup notes: ${what} - ${database}`,
      lead: `${what} since ${new Date(since).toISOString().slice(0, 10)}; none is an alarm.`,
      facts: [],
      findings: [...counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`)),
      firstStep: null,
      links: [],
    },
  };
}
