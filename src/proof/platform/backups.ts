import { dayLength } from "../../base/calendar.ts";
import { spellAmount, spellSeconds } from "../../base/spell.ts";
import type { PlatformBackup } from "../../supabase/management/backups.ts";
import { judge, notApplicable } from "../outcome.ts";
import type { CheckOutcome, Finding } from "../types.ts";
import { type PlatformCheck, type PlatformFacts, troubleAt, whenAsked } from "./facts.ts";

/*
 * The platform's daily backups. With point-in-time recovery on they stop, and the list is empty by design: then the
 * window is judged instead.
 */

/** Platforms write for a while: so long after its time a backup need not be there yet. */
const grace = 2 * 3_600_000;

const usable = ({ status }: PlatformBackup) => status === "COMPLETED";

/** Whether daily backups are promised and possible. */
function applies(facts: PlatformFacts, work: () => CheckOutcome, what: string): CheckOutcome {
  if (facts.promised.backups === "none") return notApplicable(what, "the plan promises none (managed.backups: none)");
  if (facts.backups.ok && facts.backups.value.pitrEnabled) {
    return notApplicable(what, "with point-in-time recovery on Supabase takes none; its window is judged instead");
  }
  return work();
}

/** The account's plan has no backups at all: the promise is broken, and nothing stood in the way of seeing that. */
function withoutBackups(facts: PlatformFacts, expected: string): CheckOutcome | null {
  if (facts.backups.ok || facts.backups.error.status !== 402) return null;
  const actual = "the account's plan includes no backups";
  return judge({ expected, actual, findings: [{ object: "account", attribute: "plan", expected, actual }] });
}

const show = (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

/** What did not become a backup, or is none any more, within the retention. */
function spoilt(facts: PlatformFacts, backups: readonly PlatformBackup[]): Finding[] {
  const oldest = facts.now.getTime() - facts.promised.kept_for * 1000;
  return backups
    .filter((backup) => !usable(backup) && backup.status !== "PENDING" && Date.parse(backup.inserted_at) >= oldest)
    .map(({ inserted_at, status }) => ({
      object: `backup of ${show(inserted_at)}`,
      attribute: "status",
      expected: "COMPLETED",
      actual: `${status}${troubleAt(facts, inserted_at)}`,
    }));
}

function newestFinding(facts: PlatformFacts, backups: readonly PlatformBackup[]): Finding[] {
  const expected = `a completed backup not older than ${spellSeconds(facts.promised.max_age)}`;
  const newest = backups.find(usable);
  const about = { object: "newest backup", attribute: "age", expected };
  if (newest === undefined) {
    const none = backups.length === 0 ? "no backup at all" : "no completed backup";
    return [{ ...about, actual: none }];
  }
  const age = (facts.now.getTime() - Date.parse(newest.inserted_at)) / 1000;
  return age <= facts.promised.max_age ? [] : [{ ...about, actual: `${spellSeconds(age)} old` }];
}

/** There is a completed backup, it is young enough, and none within the retention failed or was removed. */
export const platformBackups: PlatformCheck = {
  id: "platform.backups",
  title: "The platform's newest backup is complete and young enough",
  judge(facts) {
    const expected = `completed, not older than ${spellSeconds(facts.promised.max_age)}, none failed`;
    const look = () =>
      withoutBackups(facts, expected) ??
      whenAsked(facts, facts.backups, expected, ({ backups }) => {
        const findings = [...newestFinding(facts, backups), ...spoilt(facts, backups)];
        const newest = backups.find(usable);
        const age =
          newest === undefined ? "none" : spellSeconds((facts.now.getTime() - Date.parse(newest.inserted_at)) / 1000);
        return judge({
          expected,
          actual: `${spellAmount(backups.filter(usable).length, "completed backup")}, the newest ${newest === undefined ? "missing" : `${age} old`}`,
          findings,
        });
      });
    return applies(facts, look, "The platform's daily backups");
  },
};

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/**
 * The days, UTC, that must each have a backup: as many as the plan keeps, the newest first. Today counts once its time
 * and some grace are over; days before the project was made do not.
 */
function demandedDays({ now, promised, project }: PlatformFacts): string[] {
  const today = now.toISOString().slice(0, 10);
  const due = Date.parse(`${today}T${promised.at}:00Z`) + grace <= now.getTime();
  const last = Date.parse(`${today}T00:00:00Z`) - (due ? 0 : dayLength);
  const made = project.ok ? project.value.created_at.slice(0, 10) : "";
  return Array.from({ length: Math.floor(promised.kept_for / 86_400) }, (_, back) =>
    new Date(last - back * dayLength).toISOString().slice(0, 10),
  ).filter((date) => date > made);
}

/** No day of the retention is without a completed backup: they were once "occasionally silently skipped". */
export const platformDays: PlatformCheck = {
  id: "platform.days",
  title: "The platform has a backup of every day that it keeps",
  judge(facts) {
    const days = demandedDays(facts);
    const expected = `a backup for each of the last ${spellAmount(days.length, "day")}`;
    const look = () =>
      withoutBackups(facts, expected) ??
      whenAsked(facts, facts.backups, expected, ({ backups }) => {
        const present = new Set(backups.filter(usable).map(({ inserted_at }) => inserted_at.slice(0, 10)));
        const missing = days.filter((date) => !present.has(date)).sort();
        return judge({
          expected,
          actual: `${days.length - missing.length} of ${spellAmount(days.length, "day")}`,
          findings: missing.map((date) => {
            const weekday = weekdays[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? "";
            const trouble = troubleAt(facts, `${date}T${facts.promised.at}:00Z`);
            return {
              object: date,
              attribute: "backup",
              expected: "at least one completed backup",
              actual: `none on this ${weekday}${trouble}`,
            };
          }),
        });
      });
    return applies(facts, look, "A daily backup of the platform for each day");
  },
};
