import { spellSeconds } from "../base/spell.ts";
import { cell, code, prose } from "./escape.ts";
import type { PointReport } from "./model.ts";
import { evidenceOf, forMachines, leftUncovered, opening, page } from "./page.ts";
import { checks, findings } from "./sections/checks.ts";
import { runFacts } from "./sections/facts.ts";
import { verdictSigns } from "./sections/lead.ts";

const leads: Readonly<Record<PointReport["verdict"], string>> = {
  proven: "**The database can be brought back to a second of one's choice**, as far as this was looked at.",
  failed: "**Going back to a point in time does not work as promised.** Somebody has to look now.",
  inconclusive: "**Nobody can tell whether going back works.** Treat it as broken until shown otherwise.",
};

function factsOf({ database, engine, point, window, begun_from, stopped, phases, run }: PointReport): string[][] {
  return [
    ["Database", cell(database)],
    ["Kept by", engine === "pgbackrest" ? "the team's own pgBackRest" : "Supabase"],
    ["Went back to", point === null ? "nothing: only the window was looked at" : cell(point)],
    ["Window", window === null ? "none" : cell(`${window.from} to ${window.to}`)],
    ...(begun_from === null ? [] : [["From backup", code(begun_from)]]),
    ...(stopped === null ? [] : [["Recovery stopped", cell(stopped)]]),
    ...phases.map(({ name, seconds }) => [cell(name), spellSeconds(seconds)]),
    ...runFacts(run),
  ];
}

/** The rehearsal of a point in time, for people. */
export function pointMarkdown(report: PointReport): string {
  const { verdict, database, reason } = report;
  return page(report, (limits) => [
    opening(`# ${verdictSigns[verdict]}: point in time of ${prose(database)}`, leads[verdict], prose(reason, 800)),
    checks(report, limits),
    findings(report, limits),
    leftUncovered(report, limits),
    evidenceOf(factsOf(report)),
    forMachines(report),
  ]);
}
