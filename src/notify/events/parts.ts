import { shortDigest, spellBytes, spellInstant } from "../../base/spell.ts";
import type { CheckResult } from "../../proof/types.ts";
import type { AnyReport } from "../../report/model.ts";
import type { Message } from "../types.ts";

/* What messages about different kinds of reports have in common. */

/** The day of an instant, in UTC. */
export const dayOf = (instant: string | Date): string => new Date(instant).toISOString().slice(0, 10);

/** Which database, run and report, as far as there is one. */
export function runFacts({
  run,
  database,
  report,
}: Pick<AnyReport, "run" | "database"> & Partial<Pick<AnyReport, "report">>): Message["facts"] {
  return [
    { name: "Database", value: database },
    { name: "Run", value: `${run.id}, by ${run.actor}, ended ${spellInstant(run.finished_at)}` },
    ...(report === undefined ? [] : [{ name: "Report", value: report.markdown }]),
  ];
}

/** Which backup. */
export function backupFacts(backup: {
  readonly id: string;
  readonly taken_at: string;
  readonly digest: string;
  readonly size_bytes?: number;
}): Message["facts"] {
  return [
    { name: "Backup", value: backup.id },
    { name: "Taken", value: spellInstant(backup.taken_at) },
    ...(backup.size_bytes === undefined ? [] : [{ name: "Size", value: spellBytes(backup.size_bytes) }]),
    { name: "Digest", value: shortDigest(backup.digest) },
  ];
}

/** So many findings of each check, and so many lines, fit into a message. */
const mostFindings = 3;
const mostLines = 12;

/** Every check that did not pass as a line, with the first of its findings below it. */
export function findingLines(checks: readonly CheckResult[]): string[] {
  const lines = [
    ...checks
      .filter(({ status }) => status === "failed")
      .flatMap(({ title, reason, expected, actual, findings }) => [
        actual === ""
          ? `${title}: ${reason === "" ? "failed" : reason}`
          : `${title}: expected ${expected}, found ${actual}`,
        ...findings
          .slice(0, mostFindings)
          .map((f) => `${f.object}, ${f.attribute}: expected ${f.expected}, found ${f.actual}`),
      ]),
    ...checks
      .filter(({ status }) => status === "not_run")
      .map(({ title, reason }) => `${title}: could not be run; ${reason}`),
  ];
  const rest = lines.length - mostLines;
  return [...lines.slice(0, mostLines), ...(rest > 0 ? [`and ${rest} more lines in the report`] : [])];
}

/** The check that a person looks at first. */
export function gravest(checks: readonly CheckResult[]): CheckResult | undefined {
  return checks.find(({ status }) => status === "failed") ?? checks.find(({ status }) => status === "not_run");
}
