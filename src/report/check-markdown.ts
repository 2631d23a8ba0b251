import { spellAmount, spellBytes, spellInstant, spellSeconds } from "../base/spell.ts";
import type { CheckResult } from "../proof/types.ts";
import { cell, code, prose, table } from "./escape.ts";
import type { CheckReport, Keeper } from "./model.ts";
import { evidenceOf, forMachines, opening, page, whatToDoNext } from "./page.ts";
import { checkStep } from "./sections/check-steps.ts";
import { checks, findings } from "./sections/checks.ts";
import { runFacts } from "./sections/facts.ts";
import { verdictSigns } from "./sections/lead.ts";
import { notCovered } from "./sections/ledgers.ts";
import { sampleOfTheNight, sampleSentence } from "./sections/sample.ts";
import { verdictReasons } from "./verdict.ts";

const places: Readonly<Record<Keeper["place"], string>> = {
  vault: "Ithaca's vault",
  platform: "The platform's own backups",
  archive: "The archive of the server's log",
  exports: "Exported files",
};

function lead({ verdict, checks, database, outage, sample }: CheckReport): string[] {
  const reasons = verdictReasons({ checks, restore_errors: [], sabotage: null, rehearsal: null });
  const sentence =
    verdict === "proven"
      ? `**Every backup that the plan promises is there** (${spellAmount(checks.length, "check")}). ${sample === null ? "What they are worth, only a proof can say." : sampleSentence(sample)}`
      : `**${verdict === "failed" ? "A backup that the plan promises is missing or out of line" : "Not everything could be looked at"}**: ${reasons.map(({ why }) => why).join("; ")}.`;
  const trouble =
    outage === null
      ? ""
      : `The provider itself reports trouble since ${spellInstant(outage.since)}: ${prose(outage.name)} (${prose(outage.impact)}).`;
  // Of a sample nothing is called proven.
  const sign = verdict === "proven" && sample !== null ? "✅ As planned" : verdictSigns[verdict];
  return opening(`# ${sign}: backups of ${prose(database)}`, sentence, trouble);
}

/** Age, count and size of every place that keeps backups, side by side. */
function sideBySide({ keepers }: CheckReport): string[] {
  const unknown = "not told";
  const size = (bytes: number | null) => (bytes === null ? unknown : spellBytes(bytes));
  const rows = keepers.map(({ place, newest, count, size_bytes, usual_bytes }) => [
    places[place],
    newest === null ? "none" : code(newest.id),
    newest === null ? "–" : `${spellSeconds(newest.age_s)} (${spellInstant(newest.taken_at)})`,
    count === null ? unknown : String(count),
    size(size_bytes),
    size(usual_bytes),
  ]);
  return rows.length === 0
    ? []
    : [
        "## Side by side",
        "",
        ...table(["Where", "Newest", "Age", "How many", "Size", "Usual size (median of the 7 before)"], rows),
      ];
}

function steps(results: readonly CheckResult[]): string[] {
  const due = [...results].sort((a, b) => Number(a.status === "not_run") - Number(b.status === "not_run"));
  const distinct = new Set(due.filter(({ status }) => status !== "passed").map(checkStep));
  return whatToDoNext([...distinct], "Nothing. The next run comes by schedule.");
}

/** What `check` found, for people. */
export function checkMarkdown(report: CheckReport): string {
  return page(report, (limits) => [
    lead(report),
    steps(report.checks),
    sideBySide(report),
    sampleOfTheNight(report.sample, limits),
    checks(report, limits),
    findings(report, limits),
    notCovered(report, limits),
    evidenceOf([["Database", cell(report.database)], ...runFacts(report.run)]),
    forMachines(report),
  ]);
}
