import { styleText } from "node:util";
import type { DiffOutcome } from "../../src/operations/diff.ts";

function coloured(line: string): string {
  if (line.startsWith("-")) return styleText("red", line);
  if (line.startsWith("+")) return styleText("green", line);
  return line;
}

/** Differences in full, for the eyes of the person at this terminal. */
export function diffText({ definitions, tables }: DiffOutcome): string {
  if (definitions.length + tables.length === 0) return "No difference.";
  return [
    ...definitions.flatMap(({ object, attribute, lines }) => [
      styleText("bold", `${object} · ${attribute}`),
      ...lines.map(coloured),
      "",
    ]),
    ...tables.map(
      ({ table, expected, actual }) => `${styleText("bold", table)}: ${expected} in the backup, ${actual} now`,
    ),
  ].join("\n");
}
