import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { UseCaseContext } from "../../src/operations/context.ts";
import { cell, table as escapedTable } from "../../src/report/escape.ts";
import type { ProofReport } from "../../src/report/model.ts";

/** A cell: a text in which nothing acts, whoever chose its words, or markdown of our own. */
type Cell = string | { readonly markdown: string };

/** Characters of a cell that are shown at most: a message of the doctor's is a few sentences. */
const longestCell = 1500;

/** A link of our own, as a cell. */
export const link = (text: string, url: string): Cell => ({ markdown: `[${text}](${url})` });

/** A heading and a table below it; only the heading where there is no row. */
export function table(title: string, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const shown = (each: Cell) => (typeof each === "string" ? cell(each, longestCell) : each.markdown);
  return [
    `### ${title}`,
    "",
    ...escapedTable(
      head,
      rows.map((row) => row.map(shown)),
    ),
    "",
  ].join("\n");
}

/** A page that was written for people, as a summary; nothing where it cannot be read any more. */
export async function readSummary(context: UseCaseContext, path: string): Promise<string> {
  return await readFile(resolve(context.workingDirectory, path), "utf8").catch(() => "");
}

/** At most so many characters stand on the page of a run beside a step that failed. */
const longestLead = 500;

/** What the checks that did not pass say, each thing once, as one line. */
export function faultsOf(checks: ProofReport["checks"]): string {
  const said = checks
    .filter(({ status }) => status !== "passed")
    .map(({ title, reason, findings }) => reason || `${title}: no, ${findings.map(({ actual }) => actual).join(", ")}`);
  return [...new Set(said)].join(" ").slice(0, longestLead);
}

/** What a page says before its first section, as one plain line: what people see of it before they open it. */
export function leadOf(page: string): string {
  const lines = page.split("\n").map((line) => line.trim());
  const section = lines.findIndex((line, at) => at > 0 && /^#{1,6} /.test(line));
  const plain = lines
    .slice(0, section === -1 ? undefined : section)
    .filter((line) => line !== "" && !line.startsWith("|"))
    .map((line) => line.replace(/^#{1,6} /, "").replaceAll(/\*\*|`/g, ""));
  return plain
    .map((line) => (/[.!?:]$/.test(line) ? line : `${line}.`))
    .join(" ")
    .slice(0, longestLead);
}
