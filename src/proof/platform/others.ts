import { median } from "../../base/median.ts";
import { spellBytes } from "../../base/spell.ts";
import { healthy, passing } from "../../supabase/management/projects.ts";
import { judge, notApplicable, notRun } from "../outcome.ts";
import type { CheckOutcome, Finding } from "../types.ts";
import { type PlatformCheck, type PlatformFacts, whenAsked } from "./facts.ts";

/** The project serves, and each of its services says so. A paused project is not backed up. */
export const platformHealth: PlatformCheck = {
  id: "platform.health",
  title: "The project and its services are healthy",
  judge(facts) {
    const { services } = facts.promised;
    const expected = `${healthy}, and ${services.join(", ")} healthy`;
    return whenAsked(facts, facts.project, expected, ({ status }) => {
      if (passing.includes(status)) {
        return notRun(expected, `the project is ${status}: run it again when it has come to rest`);
      }
      if (status !== healthy) {
        const why = status === "INACTIVE" ? `${status}: it is paused, and a paused project is not backed up` : status;
        const findings = [{ object: "project", attribute: "status", expected: healthy, actual: why }];
        return judge({ expected, actual: status, findings });
      }
      return whenAsked(facts, facts.health, expected, (found) => servicesOutcome(services, found, expected));
    });
  },
};

function servicesOutcome(
  services: readonly string[],
  found: readonly { readonly name: string; readonly status: string; readonly healthy: boolean }[],
  expected: string,
): CheckOutcome {
  const findings: Finding[] = [];
  const unproven: string[] = [];
  for (const name of services) {
    const service = found.find((one) => one.name === name);
    if (service === undefined) unproven.push(`nothing was said of ${name}`);
    else if (service.status === "COMING_UP") unproven.push(`${name} is coming up`);
    else if (!service.healthy) {
      findings.push({ object: `service ${name}`, attribute: "status", expected: healthy, actual: service.status });
    }
  }
  const well = services.length - findings.length - unproven.length;
  return judge({ expected, actual: `${well} of ${services.length} services healthy`, findings, unproven });
}

/** The time of the daily backup is the plan's, where the account's plan lets one read it. */
export const platformSchedule: PlatformCheck = {
  id: "platform.schedule",
  title: "The platform's backup is scheduled as planned",
  judge(facts) {
    const what = "The time of day at which the platform takes its backup";
    if (facts.promised.backups === "none") return notApplicable(what, "the plan promises no daily backups");
    if (facts.backups.ok && facts.backups.value.pitrEnabled) {
      return notApplicable(what, "with point-in-time recovery on Supabase takes none");
    }
    const expected = `${facts.promised.at} UTC`;
    const judgeTime = (time: string) => {
      const actual = `${time.slice(0, 5)} UTC`;
      const finding = { object: "schedule", attribute: "time", expected, actual };
      return judge({ expected, actual, findings: actual === expected ? [] : [finding] });
    };
    return whenAsked(facts, facts.schedule, expected, judgeTime, { statuses: [402, 403, 404], what });
  },
};

/** The account's plan keeps the platform's backups for as long as the plan promises. */
export const platformRetention: PlatformCheck = {
  id: "platform.retention",
  title: "The platform keeps its backups as long as planned",
  judge(facts) {
    const what = "For how long the account's plan keeps the platform's backups";
    if (facts.promised.backups === "none") return notApplicable(what, "the plan promises no daily backups");
    if (facts.backups.ok && facts.backups.value.pitrEnabled) {
      return notApplicable(what, "with point-in-time recovery on its window counts");
    }
    const promised = facts.promised.kept_for / 86_400;
    const expected = `at least ${promised} d`;
    const judgeDays = (days: number | null) => {
      if (days === null) return notApplicable(what, "the Management API does not tell it for this account");
      const actual = days === Number.POSITIVE_INFINITY ? "without limit" : `${days} d`;
      const finding = { object: "account", attribute: "backup retention", expected, actual };
      return judge({ expected, actual, findings: days >= promised ? [] : [finding] });
    };
    return whenAsked(facts, facts.retentionDays, expected, judgeDays, { statuses: [402, 403, 404], what });
  },
};

/** So many times larger or smaller than usual is out of line, both ways. */
const sizeFactor = 2;
/** Differences below this say nothing: a small database doubles in an afternoon. */
const sizeFloor = 16 * 1024 * 1024;
/** With fewer earlier figures there is no "usual". */
const fewest = 3;

/** The platform tells no backup's size, so the database that it backs up is weighed against the last seven checks. */
export const platformSize: PlatformCheck = {
  id: "platform.size",
  title: "The database that the platform backs up has its usual size",
  judge(facts: PlatformFacts) {
    const what = "The size of the platform's backups";
    const expected = `within a factor of ${sizeFactor} of the median of the last 7`;
    const weigh = (bytes: number) => {
      const earlier = facts.earlierBytes.slice(0, 7);
      if (earlier.length < fewest) {
        const why = `the platform tells no sizes; the database has ${spellBytes(bytes)}, and it takes ${fewest} earlier checks to compare with`;
        return notApplicable(what, why);
      }
      const usual = median(earlier);
      const actual = `${spellBytes(bytes)}, usually ${spellBytes(usual)}`;
      const far = bytes > usual * sizeFactor || bytes * sizeFactor < usual;
      const inLine = !far || Math.abs(bytes - usual) < sizeFloor;
      return judge({
        expected,
        actual,
        findings: inLine ? [] : [{ object: "database", attribute: "size", expected, actual }],
      });
    };
    return whenAsked(facts, facts.bytes, expected, weigh, { statuses: [400, 402, 403, 404], what });
  },
};
