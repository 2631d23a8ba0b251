import { styleText } from "node:util";
import { spellSeconds } from "../../src/base/spell.ts";
import type { AuditListing } from "../../src/operations/audit.ts";

const colours: Readonly<Record<string, "green" | "red" | "yellow">> = { succeeded: "green", failed: "red" };

/** A line for each file of the log that says nothing any more. */
export function unreadableText(unreadable: readonly string[]): string[] {
  return unreadable.map((path) => `${path} is no entry of the audit log, or no longer whole; see \`reports verify\`.`);
}

/** The record as a table, one line for each operation. */
export function auditText({ operations, unreadable }: AuditListing): string {
  const lines = operations.map(({ started_at, finished_at, operation_type, database, performed_by, status }) => {
    const took =
      finished_at === null
        ? "no end was recorded: it still runs, or was killed"
        : spellSeconds((Date.parse(finished_at) - Date.parse(started_at)) / 1000);
    return [
      `${started_at.slice(0, 10)} ${started_at.slice(11, 19)}`,
      operation_type.padEnd(10),
      database,
      styleText(colours[status] ?? "yellow", status.padEnd(12)),
      performed_by,
      took,
    ].join("  ");
  });
  return [
    "",
    ...(lines.length === 0 ? ["No operation is on record."] : lines),
    ...unreadableText(unreadable).map((line) => styleText("red", line)),
  ].join("\n");
}
