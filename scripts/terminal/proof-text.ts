import { styleText } from "node:util";
import { spellAmount, spellBytes, spellCount, spellSeconds } from "../../src/base/spell.ts";
import type { CheckReport, ProofReport, SampleRecord, Verdict } from "../../src/report/model.ts";
import { sampleSentence, spellChance } from "../../src/report/sections/sample.ts";

type CheckResult = ProofReport["checks"][number];

const marks = { passed: "✓", failed: "✗", not_run: "?" } as const;
const colours = { passed: "green", failed: "red", not_run: "yellow" } as const;
const verdictColours = { proven: "green", failed: "red", inconclusive: "yellow" } as const;
const shownFindings = 5;

/** One check: its line, and the first findings below it where it failed. */
function linesOf(check: CheckResult): string[] {
  const facts = check.status === "not_run" ? check.reason : check.actual;
  const head = `  ${styleText(colours[check.status], marks[check.status])} ${check.title}${facts === "" ? "" : `: ${facts}`}`;
  const findings = check.status === "failed" ? check.findings : [];
  const rest = findings.length - shownFindings;
  return [
    head,
    ...findings
      .slice(0, shownFindings)
      .map((f) => `      ${f.object} · ${f.attribute}: expected ${f.expected}, found ${f.actual}`),
    ...(rest > 0 ? [`      and ${rest} more in the report`] : []),
  ];
}

/** From so many checks on that one and the same thing has kept from running, they are one line. */
const manyAlike = 3;

/** Checks as a list. A run that ended early says once what that kept it from. */
export function checkLines(checks: readonly CheckResult[]): string[] {
  const groups = Map.groupBy(checks, (check) => (check.status === "not_run" ? `not run: ${check.reason}` : check.id));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length < manyAlike) return group.flatMap(linesOf);
    return [`  ${styleText("yellow", marks.not_run)} ${group.length} checks could not be run: ${first.reason}`];
  });
}

export function verdictLine(verdict: Verdict, subject: string): string {
  return `${styleText(["bold", verdictColours[verdict]], verdict.toUpperCase())} ${subject}`;
}

/** What was asked besides the checks: would they notice harm, and does the app work. */
function evidenceLines({ sabotage, rehearsal }: ProofReport): string[] {
  const lines: string[] = [];
  if (sabotage !== null) {
    const missed = sabotage.missed.length === 0 ? "" : `; missed: ${sabotage.missed.join(", ")}`;
    lines.push(`  Sabotage: caught ${sabotage.caught}/${sabotage.tried}${missed}`);
  }
  if (rehearsal !== null) {
    const { passed, failed, skipped } = rehearsal;
    lines.push(`  The app on the copy: ${passed} tests passed, ${failed} failed, ${skipped} skipped`);
    for (const test of rehearsal.tests.filter(({ status }) => status === "failed").slice(0, shownFindings)) {
      lines.push(`      ${test.name}`);
    }
  }
  return lines;
}

/** What was promised for a disaster, beside what this run measured of it. */
function objectiveLines({ objectives: { rto, rpo } }: ProofReport): string[] {
  const restored = rto.measured_s === null ? "nothing was restored" : `restored in ${spellSeconds(rto.measured_s)}`;
  const age = rpo.measured_s === null ? "not known" : spellSeconds(rpo.measured_s);
  return [
    `  RTO ${spellSeconds(rto.target_s)}: ${restored}. RPO ${spellSeconds(rpo.target_s)}: age of the newest backup ${age}.`,
  ];
}

function notCoveredLines(notCovered: readonly unknown[]): string[] {
  if (notCovered.length === 0) return [];
  return [`  Not covered: ${spellAmount(notCovered.length, "thing")}; the report has the reasons.`];
}

/** A proof on one screen of a terminal; the evidence is in the report that the last line names. */
export function proofText(report: ProofReport): string {
  const subject = report.backup === null ? report.database : `${report.database}, backup ${report.backup.id}`;
  return [
    "",
    verdictLine(report.verdict, report.damaged ? `${subject} (damaged on purpose: counts as no proof)` : subject),
    ...checkLines(report.checks),
    ...evidenceLines(report),
    ...objectiveLines(report),
    ...notCoveredLines(report.not_covered),
    `  Report: ${report.report.markdown}`,
  ].join("\n");
}

/** Who keeps backups, side by side. */
function keeperLines({ keepers }: CheckReport): string[] {
  const bytes = (value: number | null) => (value === null ? "–" : spellBytes(value));
  return keepers.map(({ place, newest, count, size_bytes, usual_bytes }) =>
    [
      `  ${place.padEnd(9)}`,
      newest === null ? "none" : `${spellSeconds(newest.age_s)} old`.padEnd(14),
      count === null ? "" : `${count} kept`.padEnd(10),
      size_bytes === null ? "" : `${bytes(size_bytes)}, usually ${bytes(usual_bytes)}`,
    ]
      .join("  ")
      .trimEnd(),
  );
}

/** What was restored of the newest backup, and what that may have missed. */
function sampleLines(sample: SampleRecord): string[] {
  const odds = sample.odds.map(({ changed, missed }) => `${spellCount(changed)}: ${spellChance(missed)}`);
  return [`  ${sampleSentence(sample)}`, `  The odds of missing so many changed rows: ${odds.join(", ")}`];
}

/** The outcome of `check`. */
export function checksText(report: CheckReport): string {
  const { outage, not_covered, verdict, database } = report;
  return [
    "",
    // Of a sample nothing is called proven.
    verdict === "proven" && report.sample !== null
      ? `${styleText(["bold", "green"], "AS PLANNED")} the backups of ${database}`
      : verdictLine(verdict, `the backups of ${database}`),
    ...keeperLines(report),
    ...(outage === null
      ? []
      : [
          `  ${styleText("yellow", "!")} Supabase reports a ${outage.impact} outage since ${outage.since}: ${outage.name}`,
        ]),
    ...checkLines(report.checks),
    ...(report.sample === null ? [] : sampleLines(report.sample)),
    ...notCoveredLines(not_covered),
    `  Report: ${report.report.markdown}`,
  ].join("\n");
}
