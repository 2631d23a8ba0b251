import { resolve } from "node:path";
import { auditCsv } from "../audit/csv.ts";
import { type AuditEntry, auditStatuses, operationTypes } from "../audit/entry.ts";
import { auditErrors } from "../audit/errors.ts";
import { readLog } from "../audit/read-log.ts";
import { migration } from "../audit/sql.ts";
import { dayLength, parseTime } from "../base/calendar.ts";
import { loadPlan } from "../plan/parse.ts";
import { selectDatabase } from "../plan/select-database.ts";
import type { UseCaseContext } from "./context.ts";
import { reportsDirectory } from "./subject.ts";

/** What of the record is asked for. */
export interface AuditFilter {
  readonly plan: string;
  /** All databases of the plan unless told otherwise. */
  readonly database?: string;
  readonly operation?: string;
  /** How it ended; `unfinished` where no end was recorded. */
  readonly status?: string;
  /** An ISO 8601 day or instant; operations that began then or later. */
  readonly since?: string;
  /** An ISO 8601 day, which is included, or instant. */
  readonly until?: string;
}

/** One operation: its two entries side by side. */
export interface AuditOperation {
  readonly operation_id: string;
  readonly database: string;
  readonly operation_type: string;
  readonly performed_by: string;
  readonly started_at: string;
  /** Null where no end was recorded: it still runs, or was killed. */
  readonly finished_at: string | null;
  /** How it ended, or `unfinished`. */
  readonly status: string;
  /** Of the newest entry. */
  readonly details: AuditEntry["details"];
}

export interface AuditListing {
  /** Newest first. */
  readonly operations: readonly AuditOperation[];
  /** Files of the log that are no entries, or no longer whole. */
  readonly unreadable: readonly string[];
}

export interface AuditEntries {
  /** In the order in which things happened, as the rows of backup_audit_log. */
  readonly entries: readonly AuditEntry[];
  /** The same for a spreadsheet. */
  readonly csv: string;
  readonly unreadable: readonly string[];
}

/** The beginning of a day or an instant. @throws audit.bad_time */
function instant(text: string, option: string): number {
  const time = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(text) ? parseTime(text) : null;
  if (time === null) throw auditErrors.bad_time({ option, text });
  return time.getTime();
}

/** @throws audit.unknown_word: it is none of those that this version writes, which is nearly always a slip */
function knownWord(option: string, word: string | undefined, known: readonly string[]): void {
  if (word !== undefined && !known.includes(word)) throw auditErrors.unknown_word({ option, word, known: [...known] });
}

/** Tells by an operation's beginning whether it is asked for. */
function inTime({ since, until }: AuditFilter): (iso: string) => boolean {
  const from = since === undefined ? Number.NEGATIVE_INFINITY : instant(since, "--since");
  const end = until === undefined ? Number.POSITIVE_INFINITY : instant(until, "--until");
  const to = until !== undefined && !until.includes("T") ? end + dayLength - 1 : end;
  if (from > to) throw auditErrors.empty_period({ since: since ?? "", until: until ?? "" });
  return (iso) => Date.parse(iso) >= from && Date.parse(iso) <= to;
}

/** Which entry is which, their status tells: a clock that is set back in between would give the end the earlier time. */
function operationOf(entries: readonly AuditEntry[]): AuditOperation[] {
  const finished = entries.findLast(({ status }) => status !== "started") ?? null;
  const first = entries.find(({ status }) => status === "started") ?? finished;
  if (first === null) return [];
  const { operation_id, database, operation_type, performed_by } = first;
  return [
    {
      operation_id,
      database,
      operation_type,
      performed_by,
      started_at: first.performed_at,
      finished_at: finished?.performed_at ?? null,
      status: finished?.status ?? "unfinished",
      details: (finished ?? first).details,
    },
  ];
}

/** Operations of the record with the entries of each, oldest first, as far as they are asked for. */
async function select(context: UseCaseContext, filter: AuditFilter) {
  knownWord("--operation", filter.operation, operationTypes);
  knownWord("--status", filter.status, [...auditStatuses.filter((status) => status !== "started"), "unfinished"]);
  const wanted = inTime(filter);
  const { plan } = await loadPlan(resolve(context.workingDirectory, filter.plan));
  const database = filter.database === undefined ? undefined : selectDatabase(plan, filter.database).name;
  const { entries, unreadable } = await readLog(reportsDirectory(context, plan), database);
  const selected = [...Map.groupBy(entries, ({ operation_id }) => operation_id).values()].flatMap((ofOperation) =>
    operationOf(ofOperation)
      .filter(({ operation_type }) => filter.operation === undefined || operation_type === filter.operation)
      .filter(({ status }) => filter.status === undefined || status === filter.status)
      .filter(({ started_at }) => wanted(started_at))
      .map((operation) => ({ operation, entries: ofOperation })),
  );
  return { selected, unreadable };
}

/** The record as operations, newest first. @throws input: a filter that cannot be understood */
export async function listAudit(context: UseCaseContext, filter: AuditFilter): Promise<AuditListing> {
  const { selected, unreadable } = await select(context, filter);
  return { operations: selected.map(({ operation }) => operation).reverse(), unreadable };
}

/** The record as entries, for other tools. @throws input: a filter that cannot be understood */
export async function exportAudit(context: UseCaseContext, filter: AuditFilter): Promise<AuditEntries> {
  const { selected, unreadable } = await select(context, filter);
  const entries = selected
    .flatMap((each) => each.entries)
    .toSorted((a, b) => a.performed_at.localeCompare(b.performed_at));
  return { entries, csv: auditCsv(entries), unreadable };
}

/** The SQL that makes `backup_audit_log` and its role, for people to apply. */
export function auditMigration(): string {
  return migration();
}
