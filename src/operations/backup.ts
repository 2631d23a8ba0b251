import { relative } from "node:path";
import { IthacaError } from "../base/errors.ts";
import type { BackupReport } from "../report/model.ts";
import { writeReport } from "../report/write.ts";
import { openVault } from "../vault/vault.ts";
import { audited } from "./audited.ts";
import type { UseCaseContext } from "./context.ts";
import { outageNote } from "./outage-note.ts";
import { runFacts } from "./run-facts.ts";
import { loadSubject, reportsDirectory, requireSource, type Subject, type SubjectOptions } from "./subject.ts";
import { takeAndStore } from "./take-and-store.ts";
import { withTimeLeft } from "./time-left.ts";

export interface BackupOptions extends SubjectOptions {
  /** Create the vault where it does not exist yet. */
  readonly init?: boolean;
}

/**
 * Takes a backup with its census in one snapshot, puts it into the vault, and records its digest outside of it. A
 * backup that failed is recorded too, so that the retention knows.
 */
export async function backup(context: UseCaseContext, options: BackupOptions): Promise<BackupReport> {
  const subject = await loadSubject(context, options);
  const { plan, name } = subject;
  const telling = await withTimeLeft(context, subject, { of: "backup" });
  return audited(context, { operation: "backup", database: name, plan }, () => recorded(telling, subject, options));
}

/** The backup with its report, also where it failed. */
async function recorded(context: UseCaseContext, subject: Subject, options: BackupOptions): Promise<BackupReport> {
  const startedAt = context.clock.now();
  const reports = reportsDirectory(context, subject.plan);
  const record = (outcome: Pick<BackupReport, "verdict" | "reason" | "error" | "backup">) =>
    writeReport(
      reports,
      {
        kind: "backup",
        database: subject.name,
        run: runFacts(context, startedAt),
        ...outcome,
      },
      relative(context.workingDirectory, reports),
    );
  try {
    return await record({ verdict: "taken", reason: "", backup: await backUp(context, subject, options) });
  } catch (thrown) {
    context.signal.throwIfAborted();
    if (!(thrown instanceof IthacaError) || thrown.kind === "input" || thrown.kind === "interrupted") throw thrown;
    const verdict = thrown.kind === "failed" ? "failed" : "inconclusive";
    const outage = await outageNote(context, subject.database);
    return record({ verdict, reason: `${thrown.message}${outage}`, error: thrown.id, backup: null });
  }
}

async function backUp(
  context: UseCaseContext,
  subject: Subject,
  options: BackupOptions,
): Promise<NonNullable<BackupReport["backup"]>> {
  const { progress, signal } = context;
  const target = requireSource(context, subject);
  const vault = openVault({ ...context.environment });
  // Before an hour of dumping, not after it.
  await progress.step("Open the vault", async () => {
    const made = options.init === true && (await vault.initialise({ signal }));
    // One that was there already opens with its own password only.
    if (!made) await vault.list(subject.name, { signal });
  });
  return takeAndStore(context, subject, target, vault);
}
