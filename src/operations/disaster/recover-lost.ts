import { cp, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { IthacaError } from "../../base/errors.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { startCluster } from "../../postgres/cluster.ts";
import { connect } from "../../postgres/connect.ts";
import { urlWithPassword } from "../../postgres/target.ts";
import { createThrowawayDatabase } from "../../postgres/throwaway-database.ts";
import type { Target } from "../../postgres/types.ts";
import { disasterErrors } from "../../recovery/disaster/errors.ts";
import type { Incident } from "../../recovery/types.ts";
import type { UseCaseContext } from "../context.ts";
import { recoverFull } from "../recover-full.ts";
import { recoverTable } from "../recover-table.ts";
import type { Subject } from "../subject.ts";
import type { DatabaseLike } from "./lost-production.ts";

/** A new, empty database on a server of its own, like the one that was lost. */
export interface NewDatabase extends AsyncDisposable {
  readonly target: Target;
  /** False where something of it is left. */
  destroy(): Promise<boolean>;
}

export async function newDatabase({ major, ...like }: DatabaseLike): Promise<NewDatabase> {
  const cluster = await startCluster(major === undefined ? {} : { major });
  try {
    return await createThrowawayDatabase(cluster.target, { ...like, cluster });
  } catch (error) {
    await cluster.destroy();
    throw error;
  }
}

/** True where a database can no longer be reached: the first thing that a person finds out. */
export async function isLost(target: Target): Promise<boolean> {
  try {
    await using _session = await connect(target, { readOnly: true });
    return false;
  } catch (error) {
    if (error instanceof IthacaError && error.kind === "surroundings") return true;
    throw error;
  }
}

export interface LostOrder {
  readonly subject: Subject;
  /** `ithaca.yaml` as the command was told. */
  readonly plan: string;
  /** What leads to the vault, and nothing else. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The new database. */
  readonly target: Target;
  readonly backup: string;
  readonly reason: string;
  /** Records of the vault's backups: only those of months are read. */
  readonly records: string;
}

/**
 * The context of a recovery that nobody hears of: what it writes goes into a folder that is gone afterwards, its environment
 * leads to the vault and to `target`, and it knows the digests that were recorded outside the vault.
 */
async function apart(
  context: UseCaseContext,
  { subject, target, environment, records, folder }: Omit<LostOrder, "backup" | "reason" | "plan"> & { folder: string },
): Promise<UseCaseContext> {
  const reports = join(folder, subject.plan.reports.directory);
  await mkdir(reports, { recursive: true });
  // Not the incidents, of which one may be open in earnest.
  await cp(records, reports, {
    recursive: true,
    filter: (path) =>
      path === records || !/[/\\](incidents|audit|chain|disasters)([/\\]|$)/.test(path.slice(records.length)),
  }).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  });
  const variable = subject.database.recovery.url_secret;
  return { ...context, workingDirectory: folder, environment: { ...environment, [variable]: urlWithPassword(target) } };
}

/** What every recovery of a rehearsal is asked with: it is over when its proof is there. */
const briefly = (context: UseCaseContext, { subject, plan, backup }: Omit<LostOrder, "reason">) =>
  ({
    plan: resolve(context.workingDirectory, plan),
    database: subject.name,
    execute: true,
    confirm: subject.name,
    backup,
    watch: "1s",
    watchInterval: 1,
  }) as const;

/**
 * Recovers a lost production into a new database with the recovery's own command, and everything that belongs to it:
 * preview, lock, incident file, proof. Its verdict is the incident's.
 */
export async function recoverLost(context: UseCaseContext, order: LostOrder): Promise<Incident> {
  await using scratch = await scratchDirectory("drill-recovery");
  const { incident } = await recoverFull(await apart(context, { ...order, folder: scratch.path }), {
    ...briefly(context, order),
    into: "new",
    reason: order.reason,
  });
  return incident;
}

/**
 * Brings what a table has in a backup to a throwaway production, with the recovery's own command: new rows, and changed ones
 * that production has not changed later.
 *
 * @throws disaster.not_recovered
 */
export async function bringBack(
  context: UseCaseContext,
  order: Omit<LostOrder, "reason"> & { readonly table: string; readonly keepNewer: string },
): Promise<void> {
  const { table, keepNewer } = order;
  await using scratch = await scratchDirectory("drill-return");
  const { incident } = await recoverTable(await apart(context, { ...order, folder: scratch.path }), {
    ...briefly(context, order),
    table,
    mode: "changed-rows",
    keepNewer,
    reason: "A rehearsal of the way back",
    undoDirectory: scratch.path,
  });
  if (incident.state.outcome === "recovered") return;
  const why = incident.log.findLast(({ event }) => event !== "done")?.says ?? "";
  throw disasterErrors.not_recovered({ why: `${table} could not be brought back: ${why}` });
}

/** The steps of a recovery with their times, watching left out: it is over when the new database is proven. */
export function recoveryPhases({ log }: Incident): { name: string; seconds: number }[] {
  return log.flatMap(({ step, seconds }) =>
    seconds === null || step === "watch" ? [] : [{ name: `recover.${step}`, seconds }],
  );
}
