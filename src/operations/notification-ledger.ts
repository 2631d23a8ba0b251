import { mergeLedgers, readBranchLedger } from "../notify/branch-ledger.ts";
import { type Ledger, readLedger } from "../notify/ledger.ts";
import type { Plan } from "../plan/schema.ts";
import type { UseCaseContext } from "./context.ts";
import { askReportsBranch } from "./reports-branch.ts";
import { reportsDirectory } from "./subject.ts";

/**
 * What was told about a database so far: by the reports on this machine, and on GitHub also by the branch that they are
 * published to. Where the branch cannot be read, people are rather told twice than not at all.
 */
export async function ledgerOf(context: UseCaseContext, plan: Plan, database: string): Promise<Ledger> {
  const local = await readLedger(reportsDirectory(context, plan), database);
  const unknown = "Whether an earlier run has told this already is not known";
  const published = await askReportsBranch(context, plan, unknown, ({ github, ...where }) =>
    readBranchLedger(github, { ...where, database }),
  );
  const merged = mergeLedgers(local, ...(published === null ? [] : [published]));
  for (const path of merged.unreadable) context.progress.warn(`${path} is no record of a message any more`);
  return merged;
}
