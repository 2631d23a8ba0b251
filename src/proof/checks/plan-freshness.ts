import type { Census, FreshnessReading } from "../../census/types.ts";
import type { DatabasePlan } from "../../plan/schema.ts";
import { canonical, lookUp } from "../names.ts";
import { judge, notApplicable } from "../outcome.ts";
import type { Check, CheckOutcome, Finding, NotCovered, ProofContext } from "../types.ts";
import { spell } from "./objectives.ts";

type Probe = DatabasePlan["freshness"][number];

function readingOf(census: Census, probe: Probe): FreshnessReading | undefined {
  const wanted = canonical(probe.table);
  return census.freshness.find(({ table, column }) => column === probe.column && canonical(table) === wanted);
}

/**
 * Whether somebody uses the application at all, so that an empty probe table is a bad sign. The smoke table (its users)
 * decides where the plan names one; else any row in a critical table or another probe's table does. A database without
 * users is legitimately empty; one whose users send nothing is not.
 */
function inUse({ database, expected }: ProofContext): boolean {
  const witnesses = database.smoke
    ? [database.smoke.table]
    : [...database.critical_tables, ...database.freshness.map(({ table }) => table)];
  return witnesses.some((table) => (lookUp(expected.tables, table)?.rows ?? 0) > 0);
}

/** What one probe says, at the time of the snapshot; `age` in seconds, negative where the newest value lies ahead. */
type Sign =
  | { readonly kind: "fresh"; readonly age: number }
  | { readonly kind: "finding"; readonly expected: string; readonly actual: string }
  | { readonly kind: "nothing-yet" };

function readSign(context: ProofContext, probe: Probe): Sign {
  const reading = readingOf(context.expected, probe);
  const restored = readingOf(context.copy, probe);
  const within = `at most ${spell(probe.within)} old when the backup was taken`;
  if (lookUp(context.expected.tables, probe.table) === undefined || reading === undefined) {
    return { kind: "finding", expected: within, actual: "not in the backup" };
  }
  if (restored?.newest !== reading.newest) {
    return { kind: "finding", expected: "the source's newest value", actual: "another newest value on the copy" };
  }
  if (reading.newest === null) {
    return inUse(context) ? { kind: "finding", expected: within, actual: "no value at all" } : { kind: "nothing-yet" };
  }
  const age = (Date.parse(context.expected.taken_at) - Date.parse(reading.newest)) / 1000;
  if (Number.isNaN(age)) return { kind: "finding", expected: within, actual: "not a point in time" };
  if (age > probe.within) return { kind: "finding", expected: within, actual: `${spell(age)} old` };
  // Clocks differ by seconds; a value that lies further ahead than the probe looks back would hide that all else stopped.
  if (-age > probe.within) return { kind: "finding", expected: within, actual: `${spell(-age)} in the future` };
  return { kind: "fresh", age };
}

/**
 * The source was alive when the backup was taken: a perfect backup of a database that stopped receiving data is found
 * out here. Ages are counted to the snapshot's time, so that an old backup is as fresh as it was.
 */
export const planFreshness: Check = {
  id: "plan.freshness",
  title: "The data was fresh when the backup was taken",
  run(context: ProofContext): CheckOutcome {
    const probes = context.database.freshness;
    if (probes.length === 0) return notApplicable("Freshness of the data", "the plan names no freshness probe");
    const findings: Finding[] = [];
    const notCovered: NotCovered[] = [];
    const actual: string[] = [];
    for (const probe of probes) {
      const name = `${probe.table}.${probe.column}`;
      const sign = readSign(context, probe);
      if (sign.kind === "fresh") actual.push(`${name}: ${spell(Math.max(0, sign.age))} old`);
      if (sign.kind === "finding") {
        actual.push(`${name}: ${sign.actual}`);
        findings.push({ object: probe.table, attribute: probe.column, expected: sign.expected, actual: sign.actual });
      }
      if (sign.kind === "nothing-yet") {
        actual.push(`${name}: no value yet`);
        const why = "it holds no value and the application has no users yet, so there is no sign of life to measure";
        notCovered.push({ what: `Freshness of ${probe.table}`, why });
      }
    }
    return judge({
      expected: probes
        .map(({ table, column, within }) => `${table}.${column}: at most ${spell(within)} old`)
        .join(", "),
      actual: actual.join(", "),
      findings,
      notCovered,
    });
  },
};
