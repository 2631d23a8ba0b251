import { spellAmount, spellBytes, spellInstant, spellSeconds } from "../base/spell.ts";
import { drillInWords } from "./charts/drill-phases.ts";
import { cell, code, prose, table } from "./escape.ts";
import type { DrillReport, Objective } from "./model.ts";
import { evidenceOf, forMachines, leftUncovered, opening, ownPicture, page, whatToDoNext } from "./page.ts";
import { checks, findings } from "./sections/checks.ts";
import { runFacts } from "./sections/facts.ts";
import { verdictSigns } from "./sections/lead.ts";

const leads: Readonly<Record<DrillReport["verdict"], string>> = {
  proven: "**Production was lost, and came back.** What was recovered was proven.",
  failed: "**Production was lost, and did not come back as it should.** In earnest this would have been the disaster.",
  inconclusive: "**The drill did not come to its end**, so nobody can tell whether production would come back.",
};

/** What the page begins with; it says nothing of the app's tests where none was run. */
const leadOf = ({ verdict, rehearsal }: Pick<DrillReport, "verdict" | "rehearsal">) =>
  verdict === "proven" && (rehearsal?.passed ?? 0) > 0
    ? `${leads.proven} The app's tests passed on it.`
    : leads[verdict];

const met = ({ met }: Objective) => (met === null ? "not measured" : met ? "✅ met" : "❌ missed");
const spelled = (seconds: number | null) => (seconds === null ? "–" : spellSeconds(seconds));

const parts = { preparation: "prepares the drill", recovery: "**recovery**", afterwards: "afterwards" } as const;

/** Every phase with its time, beside the last drill's. */
export function drillTimes({ phases, trend }: Pick<DrillReport, "phases" | "trend">): string[] {
  const before = new Map(trend.changes.map(({ name, before_s }) => [name, before_s]));
  const rows = phases.map(({ name, seconds, part }) => {
    const was = before.get(name);
    return [code(name), parts[part], spellSeconds(seconds), was === undefined ? "–" : spellSeconds(was)];
  });
  return rows.length === 0 ? [] : table(["Phase", "Part", "Time", "Last drill"], rows);
}

/** What got slower and why, and where the time goes. */
export function drillFindings({ trend }: Pick<DrillReport, "trend">): string[] {
  return [
    ...trend.slower.map(
      ({ name, before_s, now_s, factor, why }) =>
        `- **Slower:** ${code(name)} took ${spellSeconds(now_s)} instead of ${spellSeconds(before_s)} (${factor} times): ${prose(why)}.`,
    ),
    ...trend.bottlenecks.map(
      ({ name, seconds, share }) =>
        `- **Bottleneck:** ${code(name)} takes ${Math.round(share * 100)} % of the recovery (${spellSeconds(seconds)}).`,
    ),
  ];
}

function trendSection(report: DrillReport): string[] {
  const { trend } = report;
  const found = drillFindings(report);
  return [
    "## Trend",
    "",
    trend.drills === 0
      ? "There is no earlier drill of this kind to compare with."
      : `Compared with ${spellAmount(trend.drills, "earlier drill")}; ${trend.slower.length === 0 ? "nothing became slower" : `${spellAmount(trend.slower.length, "phase")} became slower`}.`,
    "",
    ...table(
      ["Drill", "Time to recover", "Work lost", "Size"],
      trend.series.map(({ at, rto_s, rpo_s, size_bytes }) => [
        spellInstant(at),
        spelled(rto_s),
        spelled(rpo_s),
        size_bytes === null ? "–" : spellBytes(size_bytes),
      ]),
    ),
    ...(found.length === 0 ? [] : [...found, ""]),
  ];
}

function nextSteps({ checks: all, trend, verdict }: DrillReport): string[] {
  const wrong = all.filter(({ status }) => status !== "passed").slice(0, 8);
  return whatToDoNext([
    ...wrong.map(({ title, reason, actual }) => `${prose(title)}: ${prose(reason || actual, 200)}.`),
    ...trend.slower.map(({ name, why }) => `Find out why ${code(name)} became slower: ${prose(why)}.`),
    ...(verdict === "proven" ? [] : ["When it is mended, drill again: `npm run ithaca -- drill`."]),
  ]);
}

function objectivesOf({ objectives: { rto, rpo }, rows }: DrillReport): string[] {
  return [
    ...table(
      ["Objective", "Promised", "Measured", ""],
      [
        ["Time until it is back (RTO)", spellSeconds(rto.target_s), spelled(rto.measured_s), met(rto)],
        ["Work that is lost (RPO)", spellSeconds(rpo.target_s), spelled(rpo.measured_s), met(rpo)],
      ],
    ),
    rows === null
      ? "No row was counted."
      : `While production was lost somebody wrote: ${spellAmount(rows.written, "row")} acknowledged, ${rows.recovered} came back, **${rows.lost} lost**.`,
    "",
  ];
}

function factsOf({ database, production, backup, older, rehearsal, run }: DrillReport): string[][] {
  const tests = rehearsal && `${rehearsal.passed} passed, ${rehearsal.failed} failed, ${rehearsal.skipped} skipped`;
  return [
    ["Database", cell(database)],
    ["Production", production === "made-up" ? "made up for this drill" : "a copy from the vault's newest backup"],
    ["Recovered from", backup === null ? "nothing" : `${code(backup.id)}, ${spellBytes(backup.size_bytes)}`],
    ["Digest", backup === null ? "–" : code(backup.digest)],
    ["Older backup", older === null ? "there is none" : `${code(older.id)}: ${older.verdict}, ${code(older.report)}`],
    ["App's tests", tests ?? "not run"],
    ...runFacts(run),
  ];
}

/** A drill for people. */
export function drillMarkdown(report: DrillReport): string {
  const { verdict, database, reason } = report;
  return page(report, (limits) => [
    opening(`# ${verdictSigns[verdict]}: drill of ${prose(database)}`, leadOf(report), prose(reason, 800)),
    objectivesOf(report),
    nextSteps(report),
    ["## Where the time went", "", ...ownPicture(report, drillInWords(report)), ...drillTimes(report)],
    trendSection(report),
    checks(report, limits),
    findings(report, limits),
    leftUncovered(report, limits),
    evidenceOf(factsOf(report)),
    forMachines(report),
  ]);
}
