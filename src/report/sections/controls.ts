import { spellCount } from "../../base/spell.ts";
import { type Control, controls } from "../controls.ts";
import { cell, code, table } from "../escape.ts";
import type { ProofReport } from "../model.ts";

/** What the checks that answer a requirement came to in this run. */
function result({ checks }: ProofReport, control: Control): string {
  const answering = checks.filter(({ id }) => control.checks.some((beginning) => id.startsWith(beginning)));
  const count = (status: string) => answering.filter((check) => check.status === status).length;
  const [failed, notRun] = [count("failed"), count("not_run")];
  const of = `of ${spellCount(answering.length)}`;
  if (answering.length === 0) return "⚠️ no such check in this run";
  if (failed > 0) return `❌ ${spellCount(failed)} ${of} failed`;
  if (notRun > 0) return `⚠️ ${spellCount(notRun)} ${of} not run`;
  return `✅ ${spellCount(answering.length)} ${of} passed`;
}

/** For auditors: which requirement this run speaks to, by which checks, and what they came to. */
export function controlMap(report: ProofReport): string[] {
  return [
    "## What this is evidence of",
    "",
    report.damaged
      ? "The copy was damaged on purpose: this run is evidence that the checks notice, and of nothing else."
      : "A map from checks to what restore tests are asked for. Whether a requirement is met is the reviewer's to say.",
    "",
    ...table(
      ["Requirement", "What it asks for", "Checks that answer", "And", "In this run"],
      controls.map((control) => [
        `${cell(control.framework)} ${cell(control.clause)}`,
        cell(control.asks),
        control.checks.map((beginning) => code(beginning.endsWith(".") ? `${beginning}*` : beginning)).join(" "),
        cell(control.also),
        result(report, control),
      ]),
    ),
  ];
}
