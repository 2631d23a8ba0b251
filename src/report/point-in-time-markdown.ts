import { cell, code, prose, table } from "./escape.ts";
import { spellSeconds } from "./format.ts";
import { longestMarkdown, stagesOfLimits } from "./limits.ts";
import type { PointReport } from "./model.ts";
import { checks, findings } from "./sections/checks.ts";
import { runFacts } from "./sections/facts.ts";
import { verdictSigns } from "./sections/lead.ts";

const leads: Readonly<Record<PointReport["verdict"], string>> = {
  proven: "**The database can be brought back to a second of one's choice**, as far as this was looked at.",
  failed: "**Going back to a point in time does not work as promised.** Somebody has to look now.",
  inconclusive: "**Nobody can tell whether going back works.** Treat it as broken until shown otherwise.",
};

/** The rehearsal of a point in time, for people: never longer than 60,000 characters. */
export function pointMarkdown(report: PointReport): string {
  const { run, verdict, database, engine, point, window, begun_from, stopped, phases, not_covered, reason } = report;
  const facts = [
    ["Database", cell(database)],
    ["Kept by", engine === "pgbackrest" ? "the team's own pgBackRest" : "Supabase"],
    ["Went back to", point === null ? "nothing: only the window was looked at" : cell(point)],
    ["Window", window === null ? "none" : cell(`${window.from} to ${window.to}`)],
    ...(begun_from === null ? [] : [["From backup", code(begun_from)]]),
    ...(stopped === null ? [] : [["Recovery stopped", cell(stopped)]]),
    ...phases.map(({ name, seconds }) => [cell(name), spellSeconds(seconds)]),
    ...runFacts(run),
  ];
  let text = "";
  for (const limits of stagesOfLimits) {
    text = [
      `# ${verdictSigns[verdict]}: point in time of ${prose(database)}`,
      "",
      leads[verdict],
      "",
      ...(reason === "" ? [] : [prose(reason, 800), ""]),
      ...checks(report, limits),
      ...findings(report, limits),
      ...(not_covered.length === 0
        ? []
        : ["## Not covered", "", ...not_covered.map(({ what, why }) => `- ${prose(what)}: ${prose(why)}`), ""]),
      "## Evidence",
      "",
      ...table(["Fact", "Value"], facts),
      `The same facts for machines: ${code(report.report.json)}`,
      "",
    ].join("\n");
    if (text.length <= longestMarkdown) break;
  }
  return text.slice(0, longestMarkdown);
}
