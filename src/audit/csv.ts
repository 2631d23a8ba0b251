import type { AuditEntry } from "./entry.ts";

/** Columns as the plan's query has them, then the rest. */
const columns = [
  "operation_type",
  "performed_by",
  "performed_at",
  "status",
  "details",
  "database",
  "operation_id",
  "id",
] as const;

/** A spreadsheet would run a text that begins so as a formula. */
const formula = /^[=+\-@\t\r]/;

/** One field of RFC 4180. */
function field(text: string): string {
  const harmless = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Entries as CSV (RFC 4180), details as JSON in one column. */
export function auditCsv(entries: readonly AuditEntry[]): string {
  const rows = entries.map((entry) =>
    columns.map((column) => field(column === "details" ? JSON.stringify(entry.details) : entry[column])).join(","),
  );
  return [columns.join(","), ...rows, ""].join("\r\n");
}
