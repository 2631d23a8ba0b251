import { spellAmount } from "../../base/spell.ts";
import { judge } from "../outcome.ts";
import type { Check, Finding } from "../types.ts";
import type { ArchiveEvidence, ComparedTable } from "./types.ts";

function findingsOf({ name, expected, actual, archived }: ComparedTable): Finding[] {
  if (actual === null) {
    return [{ object: name, attribute: "table", expected: spellAmount(archived.rows, "row"), actual: "no such table" }];
  }
  if (expected.sum === "unreadable") {
    return [{ object: name, attribute: "rows", expected: "rows that PostgreSQL can read", actual: "unreadable" }];
  }
  if (expected.rows !== actual.rows) {
    return [{ object: name, attribute: "rows", expected: String(expected.rows), actual: String(actual.rows) }];
  }
  if (expected.sum === actual.sum) return [];
  return [{ object: name, attribute: "content", expected: "the archive's rows", actual: "as many rows, not the same" }];
}

/** What the archive holds, counted and hashed as it streamed past, is what the copy gives back. */
export function archiveData({ tables, withoutRows, restored }: ArchiveEvidence): Check {
  return {
    id: "archive.data",
    title: "Every row of the archive is on the copy, and nothing else",
    run() {
      const { changes } = restored.content;
      // Rows of a table that went with its extension are told of where that is decided.
      const applicable = tables.filter(({ archived }) => archived.left === null);
      const findings = applicable.flatMap(findingsOf);
      for (const { name, rows } of withoutRows) {
        if (rows > 0)
          findings.push({ object: name, attribute: "rows", expected: "none in the archive", actual: String(rows) });
      }
      if (tables.length === 0) {
        const [object, none] = ["archive", withoutRows.length === 0];
        const finding = none
          ? { attribute: "tables", expected: "at least one", actual: "none in the archive" }
          : { attribute: "rows", expected: "rows of its tables", actual: "definitions only" };
        findings.push({ object, ...finding });
      }
      const rows = applicable.reduce((sum, { expected }) => sum + expected.rows, 0);
      const total = `${spellAmount(rows, "row")} in ${spellAmount(applicable.length, "table")}`;
      const inserts = applicable.some(({ archived }) => archived.form === "insert");
      const empty = withoutRows.filter((table) => table.rows === 0).map(({ name }) => name);
      return judge({
        expected: total,
        actual:
          findings.length === 0
            ? `${total}, counted and hashed, equal`
            : `${spellAmount(findings.length, "difference")}`,
        findings,
        unproven:
          changes.length === 0
            ? []
            : [`what these statements do to rows cannot be told from their text: ${changes.join(", ")}`],
        notCovered:
          empty.length === 0 || inserts
            ? []
            : [
                {
                  what: `Rows of ${empty.join(", ")}`,
                  why: "the archive has no rows for them, not even an empty list: they were left out when it was written",
                },
              ],
      });
    },
  };
}
