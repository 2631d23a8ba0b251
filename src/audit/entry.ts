import { z } from "zod";

/** What is recorded: everything that touches a backup, or tells people about one. */
export const operationTypes = [
  "backup",
  "check",
  "proof",
  "retain",
  "recovery",
  "drill",
  "alert",
  "escalation",
  "watch",
  "publish",
] as const;

export type OperationType = (typeof operationTypes)[number];

/** How an operation stands: an entry with the first is written before the work, one with another after it. */
export const auditStatuses = ["started", "succeeded", "failed", "inconclusive", "refused", "interrupted"] as const;

export type AuditStatus = (typeof auditStatuses)[number];

/** Facts for the record: names, times, counts, digests and paths; never a row, never a secret. */
export type AuditDetails = Readonly<Record<string, z.core.util.JSONType>>;

/**
 * One line of the record, as it stands in a file of the repository and in a row of `backup_audit_log`. It may have been
 * written by a later version: operations and statuses that are not known here are taken as they are.
 */
export const auditEntrySchema = z.object({
  format: z.literal(1),
  /** Of this entry. */
  id: z.uuid(),
  /** The same in the entry that says how it began and the one that says how it ended. */
  operation_id: z.uuid(),
  database: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  operation_type: z.string().regex(/^[a-z][a-z_-]{0,39}$/),
  performed_by: z.string(),
  performed_at: z.iso.datetime(),
  status: z.string().regex(/^[a-z][a-z_-]{0,39}$/),
  details: z.record(z.string(), z.json()),
});

export type AuditEntry = z.output<typeof auditEntrySchema>;
