import type { Fault } from "../incidents/fault.ts";
import { ofReport } from "../incidents/of-report.ts";
import type { SeenReport } from "./judge.ts";

/*
 * A run raises the issue of what it found; where GitHub's API was away just then, there is none, and without an issue
 * nobody is asked for an answer and nothing escalates. Its report is published all the same, or by a later run.
 */

/**
 * The faults that the newest reports tell of, one for each key: what a later report shows to be gone is none any more. Whether
 * their issues were raised is for the caller to see.
 */
export function faultsOfReports(reports: readonly SeenReport[]): Fault[] {
  const settled = new Set<string>();
  const faults: Fault[] = [];
  for (const { content } of [...reports].sort((a, b) => b.at.getTime() - a.at.getTime())) {
    const told = content === null ? null : ofReport(content);
    if (told === null) continue;
    if ("clear" in told) {
      for (const family of told.clear.families) settled.add(`${told.clear.database}/${family}`);
      continue;
    }
    const { database, family } = told.fault.key;
    if (!settled.has(`${database}/${family}`)) faults.push(told.fault);
    settled.add(`${database}/${family}`);
  }
  return faults;
}
