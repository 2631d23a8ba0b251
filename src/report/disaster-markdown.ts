import { spellSeconds } from "../base/spell.ts";
import { cell, code, prose, table } from "./escape.ts";
import type { DisasterReport } from "./model.ts";
import { evidenceOf, forMachines, leftUncovered, opening, page, whatToDoNext } from "./page.ts";
import { runFacts } from "./sections/facts.ts";
import { verdictSigns } from "./sections/lead.ts";

const leads: Readonly<Record<DisasterReport["mode"], Readonly<Record<DisasterReport["verdict"], string>>>> = {
  rehearse: {
    proven: "**Every step that a tool can go through was gone through on throwaways**, and showed what it must.",
    failed: "**A step did not show what it must.** In earnest people would stand here.",
    inconclusive: "**Not every step could be rehearsed**, so nobody can tell whether the rest works.",
  },
  execute: {
    proven: "**Every step is done.**",
    failed: "**A step has failed.** What goes on from here stands below.",
    inconclusive: "**The steps are not over.** What goes on from here stands below.",
  },
};

const marks: Readonly<Record<DisasterReport["steps"][number]["state"], string>> = {
  done: "✅ done",
  failed: "❌ failed",
  waiting: "⚠️ waits for a person",
  by_hand: "✋ a person's",
  not_run: "⚠️ not run",
  running: "⚠️ begun",
  pending: "not yet",
};

/** Characters of what a step came to: an audit names many objects. */
const longestSays = 4000;

type Steps = Pick<DisasterReport, "steps">;

function stepsTable({ steps }: Steps): string[] {
  const rows = steps.map((step, index) => [
    `${index + 1}. ${cell(step.title)}<br>${code(step.id)}`,
    marks[step.state],
    cell(step.contact),
    step.seconds === null ? "–" : spellSeconds(step.seconds),
    spellSeconds(step.expected_s),
  ]);
  return ["## Steps", "", ...table(["Step", "Result", "Who", "Took", "Expected"], rows)];
}

function whatEachCameTo({ steps }: Steps): string[] {
  const came = steps
    .filter(({ says }) => says !== "")
    .flatMap((step) => [
      `### ${prose(step.title)}`,
      "",
      ...step.says.split("\n").flatMap((line) => [prose(line, longestSays), ""]),
      `Done when: ${prose(step.proof)}.${step.decide === null ? "" : ` A person decides: ${prose(step.decide)}`}`,
      "",
    ]);
  return ["## What each came to", "", ...came];
}

/** The steps against a disaster, each with who does it, what it came to and what shows that it is done. */
export function disasterMarkdown(report: DisasterReport): string {
  const { verdict, mode, title, database, way_on, disaster, run } = report;
  const how = mode === "rehearse" ? "rehearsed for" : "in earnest for";
  return page(report, (limits) => [
    opening(`# ${verdictSigns[verdict]}: ${prose(title)}, ${how} ${prose(database)}`, leads[mode][verdict]),
    whatToDoNext(verdict === "proven" ? [] : [prose(way_on, 1000)]),
    stepsTable(report),
    whatEachCameTo(report),
    leftUncovered(report, limits),
    evidenceOf([
      ["Database", cell(database)],
      ["Execution", disaster === null ? "none: a rehearsal" : code(disaster)],
      ...runFacts(run),
    ]),
    forMachines(report),
  ]);
}
