import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { UseCaseContext } from "../../src/operations/context.ts";

/** Text as a cell of a markdown table. */
export function cell(text: string): string {
  return text.replaceAll(/\r?\n/g, " ").replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("@", "@\u200b");
}

/** A heading and a table below it; only the heading where there is no row. */
export function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  const body = rows.length === 0 ? [] : [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)];
  return [`### ${title}`, "", ...body, ""].join("\n");
}

/** A page that was written for people, as a summary; nothing where it cannot be read any more. */
export async function readSummary(context: UseCaseContext, path: string): Promise<string> {
  return await readFile(resolve(context.workingDirectory, path), "utf8").catch(() => "");
}
