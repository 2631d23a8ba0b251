import { spell } from "../checks/objectives.ts";
import { judge, notApplicable } from "../outcome.ts";
import { type PlatformCheck, whenAsked } from "./facts.ts";

/** The window moves with the base backups it stands on, not by the second. */
const slack = 3600;

/** How many seconds back a window must reach at least: no project reaches further back than to its own beginning. */
export function windowDue(promised: number, createdAt: string | null, now: Date): number {
  const lifetime = createdAt === null ? Number.POSITIVE_INFINITY : (now.getTime() - Date.parse(createdAt)) / 1000;
  return Math.min(promised, lifetime) - slack;
}

/**
 * Point-in-time recovery is on, and reaches as far back as promised. How old the latest point is says nothing: on a
 * database that nobody writes, nothing is archived.
 */
export const platformPitr: PlatformCheck = {
  id: "platform.pitr",
  title: "Point-in-time recovery is on and reaches far enough back",
  judge(facts) {
    const { promised, backups, project, now } = facts;
    if (!promised.pitr) {
      return notApplicable("Point-in-time recovery by the platform", "the plan promises none (managed.pitr: false)");
    }
    const expected = `on, and at least ${spell(promised.pitr_window)} back`;
    const finding = (attribute: string, actual: string) => [
      { object: "point-in-time recovery", attribute, expected, actual },
    ];
    if (!backups.ok && backups.error.status === 402) {
      const actual = "the account's plan does not include it";
      return judge({ expected, actual, findings: finding("plan", actual) });
    }
    return whenAsked(facts, backups, expected, ({ pitrEnabled, window }) => {
      if (!pitrEnabled) return judge({ expected, actual: "off", findings: finding("state", "off") });
      if (window === null) {
        const actual = "on, with no point to recover to yet";
        return judge({ expected, actual, findings: finding("window", actual) });
      }
      const back = (now.getTime() - Date.parse(window.earliest)) / 1000;
      const due = windowDue(promised.pitr_window, project.ok ? project.value.created_at : null, now);
      const actual = `on, ${spell(Math.max(0, back))} back`;
      return judge({ expected, actual, findings: back >= due ? [] : finding("window", actual) });
    });
  },
};
