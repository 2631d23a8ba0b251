import { stopwatch } from "../../base/clock.ts";
import { excuseForFinding } from "../../plan/exceptions.ts";
import type { Exception } from "../../plan/schema.ts";
import { applyExcuses } from "../excuse.ts";
import { toResult } from "../run-checks.ts";
import type { CheckOutcome, CheckResult, NotCovered } from "../types.ts";
import { platformBackups, platformDays } from "./backups.ts";
import type { PlatformCheck, PlatformFacts } from "./facts.ts";
import { platformHealth, platformRetention, platformSchedule, platformSize } from "./others.ts";
import { platformPitr } from "./pitr.ts";

/** Every check of the platform's own backups, in the order in which people read them. */
export const platformChecks: readonly PlatformCheck[] = [
  platformHealth,
  platformBackups,
  platformDays,
  platformPitr,
  platformSchedule,
  platformRetention,
  platformSize,
];

/** Results of checks, and what they do not cover. */
export interface Judged {
  readonly checks: CheckResult[];
  readonly notCovered: NotCovered[];
}

/** Applies the plan's exceptions to outcomes, and takes apart what is a result and what is not covered. */
export function collect(
  outcomes: readonly {
    readonly check: { readonly id: string; readonly title: string };
    readonly outcome: CheckOutcome;
    readonly seconds?: number;
  }[],
  exceptions: readonly Exception[],
  now: Date,
): Judged {
  const judged: Judged = { checks: [], notCovered: [] };
  for (const { check, outcome, seconds = 0 } of outcomes) {
    const excused = applyExcuses(check, outcome, exceptions, now);
    const result = toResult(check, excused, seconds);
    if (result !== null) judged.checks.push(result);
    judged.notCovered.push(...(excused.notCovered ?? []));
  }
  return judged;
}

/** Judges what the platform answered. */
export function judgePlatform(facts: PlatformFacts, exceptions: readonly Exception[]): Judged {
  const outcomes = platformChecks.map((check) => {
    const seconds = stopwatch();
    return { check, outcome: check.judge(facts), seconds: seconds() };
  });
  return collect(outcomes, exceptions, facts.now);
}

/** What an exception must name to excuse that a whole platform lets nobody look. */
const unaskable = "Lovable Cloud";

/**
 * Each promise that nobody can check, as a check that did not run: what cannot be seen is not silently absent. One that
 * the plan excuses, with owner and last day, stands under what is not covered.
 */
export function unkept(
  promises: readonly { readonly id: string; readonly title: string; readonly expected: string }[],
  reason: string,
  exceptions: readonly Exception[],
  now: Date,
): Judged {
  const judged: Judged = { checks: [], notCovered: [] };
  for (const { id, title, expected } of promises) {
    const excuse = excuseForFinding(exceptions, { check: id, object: unaskable }, now);
    if (excuse !== null) {
      const why = `${excuse.reason} (excused by ${excuse.owner} until ${excuse.expires})`;
      judged.notCovered.push({ what: `${id}: ${expected}`, why });
      continue;
    }
    judged.checks.push({ id, title, status: "not_run", expected, actual: "not run", findings: [], seconds: 0, reason });
  }
  return judged;
}
