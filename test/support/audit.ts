import { createHash } from "node:crypto";
import type { AuditEntry } from "../../src/audit/entry.ts";

/** A uuid that a test can write down again. */
export function auditId(name: string | number): string {
  const hex = createHash("sha256").update(String(name)).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** An entry as `audited` writes them: the n-th minute of a night's work. */
export function auditEntry(n: number, changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    format: 1,
    id: auditId(n),
    operation_id: auditId(`operation ${n}`),
    database: "shop",
    operation_type: "backup",
    performed_by: "schedule",
    performed_at: new Date(Date.UTC(2026, 10, 22, 2, n)).toISOString(),
    status: "started",
    details: { run: { id: `${n}-1` }, evidence: null },
    ...changes,
  };
}
