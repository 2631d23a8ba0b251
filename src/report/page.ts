import { basename } from "node:path";
import { code, prose, table } from "./escape.ts";
import type { ReportFiles } from "./kinds/parts.ts";
import { andMore, type Limits, longestMarkdown, stagesOfLimits } from "./limits.ts";
import type { ProofReport } from "./model.ts";
import { picture, pictureFiles } from "./picture.ts";

/*
 * What the pages of all kinds of reports have in common. Each page is a list of sections, a section is lines, and sections
 * that belong to several kinds are here and in `sections/`.
 */

type Sections = readonly (readonly string[])[];

/** Cuts at a line, and says so. */
function cut(text: string, json: string): string {
  const note = `\n\n…cut here: the whole report is in ${json.slice(0, 200).replaceAll(/[^\w./-]/g, "?")}.\n`;
  const head = text.slice(0, longestMarkdown - note.length);
  return head.slice(0, head.lastIndexOf("\n")) + note;
}

/**
 * A report as the page that people read: the first of its forms, from generous to terse, that is no longer than 60,000
 * characters. Lists are cut, the JSON keeps all of them.
 */
export function page(report: { readonly report: ReportFiles }, sections: (limits: Limits) => Sections): string {
  let text = "";
  for (const limits of stagesOfLimits) {
    text = sections(limits).flat().join("\n");
    if (text.length <= longestMarkdown) return text;
  }
  // Even the tersest form is too long: something is odd about this report, and its head still says the verdict.
  return cut(text, report.report.json);
}

/** The heading, and what is to be known before all else, a paragraph each; empty ones are left out. */
export function opening(heading: string, ...paragraphs: readonly string[]): string[] {
  return [heading, ...paragraphs.filter((text) => text !== "")].flatMap((text) => [text, ""]);
}

/**
 * What a person does now, the first thing first.
 *
 * @param otherwise what stands there where nothing is to be done; no section without it
 */
export function whatToDoNext(steps: readonly string[], otherwise?: string): string[] {
  if (steps.length === 0 && otherwise === undefined) return [];
  const lines = steps.map((step, index) => `${index + 1}. ${step}`);
  return ["## What to do next", "", ...(lines.length > 0 ? lines : [otherwise ?? ""]), ""];
}

/** What a run says nothing about, as a list; no section where there is nothing. */
export function leftUncovered({ not_covered: all }: Pick<ProofReport, "not_covered">, limits: Limits): string[] {
  const shown = all.slice(0, limits.notCovered);
  return all.length === 0
    ? []
    : [
        "## Not covered",
        "",
        ...shown.map(({ what, why }) => `- ${prose(what)}: ${prose(why, 600)}`),
        "",
        ...andMore(all.length, shown.length, "of them"),
      ];
}

/** The picture beside a report; the table below it says the same. No picture without words for it. */
export function ownPicture({ report }: { readonly report: ReportFiles }, words: string | null): string[] {
  return words === null ? [] : [picture({ ...pictureFiles(basename(report.markdown)), words }), ""];
}

/** The passage for auditors: facts, each already escaped. */
export function evidenceOf(facts: readonly (readonly string[])[]): string[] {
  return ["## Evidence", "", ...table(["Fact", "Value"], facts)];
}

/** Where the same stands for machines: the last line of every page. */
export function forMachines({ report }: { readonly report: ReportFiles }, more = ""): string[] {
  return [`The same facts for machines: ${code(report.json)}${more}`, ""];
}
