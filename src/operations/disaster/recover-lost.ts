import { cp, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { IthacaError } from "../../base/errors.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { startCluster } from "../../postgres/cluster.ts";
import { connect } from "../../postgres/connect.ts";
import { urlWithPassword } from "../../postgres/target.ts";
import { createThrowawayDatabase } from "../../postgres/throwaway-database.ts";
import type { Target } from "../../postgres/types.ts";
import type { Incident } from "../../recovery/types.ts";
import type { UseCaseContext } from "../context.ts";
import { recoverFull } from "../recover-full.ts";
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
 * Recovers a lost production into a new database with the recovery's own command, and everything that belongs to it:
 * preview, lock, incident file, proof. What it writes goes into a folder that is gone afterwards, and nobody is told:
 * this is a rehearsal. Its verdict is the incident's.
 */
export async function recoverLost(context: UseCaseContext, order: LostOrder): Promise<Incident> {
  const { subject, target, environment, records } = order;
  await using scratch = await scratchDirectory("drill-recovery");
  const folder = join(scratch.path, subject.plan.reports.directory);
  await mkdir(folder, { recursive: true });
  // The digests that were recorded outside the vault; not the incidents, of which one may be open in earnest.
  await cp(records, folder, {
    recursive: true,
    filter: (path) =>
      path === records || !/[/\\](incidents|audit|chain|disasters)([/\\]|$)/.test(path.slice(records.length)),
  }).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  });
  const variable = subject.database.recovery.url_secret;
  const inside: UseCaseContext = {
    ...context,
    workingDirectory: scratch.path,
    environment: { ...environment, [variable]: urlWithPassword(target) },
  };
  const { incident } = await recoverFull(inside, {
    plan: resolve(context.workingDirectory, order.plan),
    database: subject.name,
    into: "new",
    backup: order.backup,
    execute: true,
    confirm: subject.name,
    reason: order.reason,
    watch: "1s",
    watchInterval: 1,
  });
  return incident;
}

/** The steps of a recovery with their times, watching left out: it is over when the new database is proven. */
export function recoveryPhases({ log }: Incident): { name: string; seconds: number }[] {
  return log.flatMap(({ step, seconds }) =>
    seconds === null || step === "watch" ? [] : [{ name: `recover.${step}`, seconds }],
  );
}
