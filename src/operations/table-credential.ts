import { recoveryErrors } from "../recovery/errors.ts";
import { tablesToStage } from "../recovery/table/staging/tables-to-stage.ts";
import type { RecoverySite } from "./recover.ts";

/**
 * Makes sure that the credential is there that the recovery of a table needs for its plan, too: that is carried out and
 * rolled back, and the credential that only reads must never do that. A table that production does not have is told
 * first: no credential would mend it.
 *
 * @throws table.no_table, recovery.no_writing_credential
 */
export async function requireTableAndCredential(
  { context, subject, target }: RecoverySite,
  table: string,
): Promise<void> {
  const variable = subject.database.recovery.url_secret;
  if ((context.environment[variable] ?? "") !== "") return;
  await tablesToStage(target, table, { withDependants: false, withParents: false });
  throw recoveryErrors.no_writing_credential({ variable });
}
