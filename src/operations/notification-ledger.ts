import { relative, resolve } from "node:path";
import { IthacaError } from "../base/errors.ts";
import { readRepository } from "../github/repository.ts";
import { mergeLedgers, readBranchLedger } from "../notify/branch-ledger.ts";
import { type Ledger, readLedger } from "../notify/ledger.ts";
import type { Plan } from "../plan/schema.ts";
import type { UseCaseContext } from "./context.ts";
import { githubOf } from "./github.ts";
import { reportsDirectory } from "./subject.ts";

/**
 * What was told about a database so far: by the reports on this machine, and on GitHub also by the branch that they are
 * published to. Where the branch cannot be read, people are rather told twice than not at all.
 */
export async function ledgerOf(context: UseCaseContext, plan: Plan, database: string): Promise<Ledger> {
  const reports = reportsDirectory(context, plan);
  const local = await readLedger(reports, database);
  const { GITHUB_TOKEN: token = "", GITHUB_REPOSITORY: repository = "" } = context.environment;
  const ledgers = [local];
  if (token !== "" && repository !== "") {
    try {
      const github = githubOf(context);
      const root = resolve(context.environment.GITHUB_WORKSPACE || context.workingDirectory);
      const branch = plan.reports.branch ?? (await readRepository(github)).defaultBranch;
      ledgers.push(await readBranchLedger(github, { branch, folder: relative(root, reports), database }));
    } catch (thrown) {
      if (!(thrown instanceof IthacaError) || thrown.kind === "interrupted") throw thrown;
      context.progress.warn(`Whether an earlier run has told this already is not known: ${thrown.message}`);
    }
  }
  const merged = mergeLedgers(...ledgers);
  for (const path of merged.unreadable) context.progress.warn(`${path} is no record of a message any more`);
  return merged;
}
