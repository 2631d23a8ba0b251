import { stripVTControlCharacters, styleText } from "node:util";
import { spellSeconds } from "../../src/base/spell.ts";
import type { DisasterResult } from "../../src/operations/disaster.ts";

const plain = (text: string) => stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, "?");
const marks: Readonly<Record<string, string>> = {
  done: styleText("green", "✓"),
  failed: styleText("red", "✗"),
  not_run: styleText("yellow", "?"),
  waiting: styleText("yellow", "…"),
  by_hand: styleText("cyan", "☞"),
};
const modes = { plan: "THE PLAN: NOTHING HAS BEEN DONE", rehearse: "REHEARSAL", execute: "IN EARNEST" };

/** A disaster's steps on one screen: who, how, how one knows, how long, and what a person decides. */
export function disasterText(result: DisasterResult): string {
  return [
    "",
    `${styleText("bold", plain(result.title))}  ${result.database}  ${modes[result.mode]}${result.mode === "plan" ? "" : `: ${result.verdict.toUpperCase()}`}`,
    "",
    ...result.steps.flatMap((step, index) => [
      `${marks[step.state] ?? "·"} ${index + 1}. ${styleText("bold", step.title)}  [${step.id}]  ${plain(step.contact)}, about ${spellSeconds(step.expected_s)}${step.seconds === null ? "" : `, took ${spellSeconds(step.seconds)}`}`,
      ...(step.says === "" ? [] : step.says.split("\n").map((line) => `     ${plain(line)}`)),
      ...(result.mode === "rehearse" ? [] : [`     does:  ${step.does}`, `     proof: ${step.proof}`]),
      ...(result.mode === "rehearse" || step.decide === null
        ? []
        : [styleText("yellow", `     decide: ${step.decide}`)]),
    ]),
    ...result.not_covered
      .filter(({ what }) => !result.steps.some(({ title }) => title === what))
      .map(({ what, why }) => `  not covered: ${plain(what)}: ${plain(why)}`),
    "",
    `  ${plain(result.way_on)}`,
    ...(result.report === null ? [] : [`  Report: ${result.report.markdown}`]),
  ].join("\n");
}
