import type { DatabasePlan } from "../plan/schema.ts";
import { currentOutage, describeIncident, readIncidents } from "../supabase/status-page.ts";
import type { UseCaseContext } from "./context.ts";

/**
 * What the provider itself reports, as a sentence to be put behind the reason why something failed; empty where it
 * reports no outage, where nobody can tell, and where the database is none of the provider's.
 */
export async function outageNote(
  { environment, signal }: UseCaseContext,
  { platform }: Pick<DatabasePlan, "platform">,
): Promise<string> {
  if (platform === "postgres") return "";
  const outage = currentOutage((await readIncidents(environment, signal)) ?? []);
  return outage === null ? "" : ` ${describeIncident(outage)}.`;
}
