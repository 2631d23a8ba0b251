import { mirror } from "../audit/mirror.ts";
import { readLog } from "../audit/read-log.ts";
import { messageOf } from "../base/errors.ts";
import type { Plan } from "../plan/schema.ts";
import { parseTarget } from "../postgres/target.ts";
import type { UseCaseContext } from "./context.ts";
import { reportsDirectory } from "./subject.ts";

/** Milliseconds: an operation waits so long for the log's database, and no longer, once before and once after it. */
const limits = { connectWithin: 10_000, within: 30_000 };

/**
 * Gives what copies into `backup_audit_log` what it lacks of the record, where the plan's variable for it is set. It never
 * fails the operation: what could not be copied is a warning, told once, and is caught up by a later call.
 */
export function auditMirror(context: UseCaseContext, plan: Plan, database: string): () => Promise<void> {
  const { environment, progress, signal } = context;
  const variable = plan.databases[database]?.audit_url_secret ?? "ITHACA_AUDIT_URL";
  const url = environment[variable];
  if (url === undefined || url === "") return async () => {};
  const told = new Set<string>();
  const tell = (why: string) => {
    if (told.has(why)) return;
    told.add(why);
    progress.warn(`The audit log was not copied into the database, and will be by a later operation: ${why}`);
  };
  return async () => {
    // Whoever stops a run does not wait for a copy.
    if (signal.aborted) return;
    try {
      const reports = reportsDirectory(context, plan);
      const { entries } = await readLog(reports, database);
      const { refused } = await mirror(parseTarget(url, variable), entries, { ...limits, signal });
      if (refused.length > 0) tell(`the table refuses ${refused.length} entries, such as ${refused[0]}`);
    } catch (thrown) {
      tell(messageOf(thrown));
    }
  };
}
