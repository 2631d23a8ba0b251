import { styleText } from "node:util";
import type { DiffOutcome } from "../../src/operations/diff.ts";

function coloured(line: string): string {
  if (line.startsWith("-")) return styleText("red", line);
  if (line.startsWith("+")) return styleText("green", line);
  return line;
}

const kinds = { missing: "only in the backup", extra: "not in the backup", changed: "changed" } as const;

/** The rows of one table: their keys, and where a row is changed both values of each column. */
function rowLines({ table, key, totals, rows }: DiffOutcome["rows"][number]): string[] {
  const { missing, extra, changed } = totals;
  const hidden = missing + extra + changed - rows.length;
  return [
    `${styleText("bold", table)}: ${missing} missing, ${extra} surplus, ${changed} changed`,
    ...rows.flatMap((row) => [
      `  ${key.join(", ") || "row"} ${row.key.map(({ value }) => value).join(", ")}: ${kinds[row.change]}`,
      ...row.columns.flatMap((column, index) => {
        const values = row.unsafeValues?.[index];
        return [
          styleText("red", `    - ${column} ${values?.archive ?? ""}`),
          styleText("green", `    + ${column} ${values?.copy ?? ""}`),
        ];
      }),
    ]),
    ...(hidden > 0 ? [`  and ${hidden} more`] : []),
  ];
}

/** Differences in full, for the eyes of the person at this terminal. */
export function diffText({ definitions, tables, rows }: DiffOutcome, side: "copy" | "source"): string {
  if (definitions.length + tables.length === 0) return "No difference.";
  const revealed = new Set(rows.map(({ table }) => table));
  return [
    ...definitions.flatMap(({ object, attribute, lines }) => [
      styleText("bold", `${object} · ${attribute}`),
      ...lines.map(coloured),
      "",
    ]),
    ...rows.flatMap(rowLines),
    ...tables
      .filter(({ table }) => !revealed.has(table))
      .map(
        ({ table, expected, actual }) =>
          `${styleText("bold", table)}: ${expected} in the backup, ${actual} ${side === "copy" ? "in its copy" : "now"}`,
      ),
  ].join("\n");
}
