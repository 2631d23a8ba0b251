import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { takeBackup } from "../../backup/take-backup.ts";
import { stopwatch, systemClock } from "../../base/clock.ts";
import { localVault } from "../../vault/vault.ts";
import { type FetchedBackup, vaultSource } from "../backup-source.ts";
import type { UseCaseContext } from "../context.ts";
import { makeCopy } from "../copy.ts";
import { type EarlyCluster, earlyCluster } from "../early-cluster.ts";
import { examineCopy } from "../examine-copy.ts";
import { startProofRun } from "../proof-run.ts";
import type { Subject } from "../subject.ts";
import { openThrowaway } from "../throwaway.ts";
import { benchSubject } from "./bench-subject.ts";
import { stepTimes } from "./step-times.ts";
import type { OwnOrder, OwnRun } from "./types.ts";

/** Everything of an own run but what is seen from outside of its process. */
export type OwnTimes = Omit<OwnRun, "wall" | "memory" | "disk">;

const nothingProved = {
  save: 0,
  fetch: 0,
  digests: 0,
  prepare: 0,
  restore: 0,
  census: 0,
  checks: 0,
  notPassed: [],
  checkSeconds: {},
};

/**
 * One pass of our own pipeline with nobody watching: backup, vault, fetch, restore and every check, but neither
 * sabotage nor rehearsal. Without a vault only the backup is taken.
 */
export async function runOwnPipeline(order: OwnOrder): Promise<OwnTimes> {
  const progress = stepTimes();
  const context: UseCaseContext = {
    environment: {},
    clock: systemClock,
    progress,
    signal: new AbortController().signal,
    workingDirectory: process.cwd(),
  };
  const { clock, signal } = context;
  const subject = await benchSubject(context, order);
  const { name, database } = subject;
  const directory = join(order.scratch, "backup");
  const seconds = stopwatch();
  const { manifest, snapshotSeconds: snapshot } = await takeBackup({
    target: order.source,
    name,
    database,
    directory,
    progress,
    clock,
    signal,
  });
  const backup = seconds();
  if (order.vault === null) return { ...nothingProved, backup, snapshot, steps: Object.fromEntries(progress.seconds) };

  const vault = localVault(order.vault.directory, order.vault.password);
  const saving = stopwatch();
  await vault.save(directory, manifest, { signal });
  const save = saving();
  // As after `backup`: the vault has it, and the disk is free again.
  await rm(directory, { recursive: true });
  const fetched = join(order.scratch, "fetched");
  await mkdir(fetched);
  const fetching = stopwatch();
  await using early = earlyCluster(context);
  const copy = await vaultSource(context, vault, name, "latest").fetch(fetched, early);
  const digests = progress.seconds.get("Verify its digests") ?? 0;
  const fetch = fetching() - digests;
  const proved = await proveFetched(context, subject, copy, early);
  return { ...proved, backup, snapshot, save, fetch, digests, steps: Object.fromEntries(progress.seconds) };
}

/** Restores a fetched backup and checks the copy, as every night. */
async function proveFetched(context: UseCaseContext, subject: Subject, backup: FetchedBackup, early: EarlyCluster) {
  const run = startProofRun();
  const preparing = stopwatch();
  const { throwaway, facts } = await openThrowaway(context, backup.manifest, null, { early });
  const prepare = preparing();
  try {
    const { target } = throwaway;
    const restoring = stopwatch();
    const restored = await makeCopy(context, { subject, backup, damage: null }, target, backup.again !== null);
    const restore = restoring();
    const recordedDigest = backup.manifest.digest;
    const copy = { subject, backup, target, facts, restored, teamChecks: [], recordedDigest, sabotage: false };
    await examineCopy(context, run, { ...copy, examination: "light" });
    const phase = (name: string) => run.phases.find((one) => one.name === name)?.seconds ?? 0;
    const notPassed = run.checks.filter(({ status }) => status !== "passed").map(({ id }) => id);
    const checkSeconds = Object.fromEntries(run.checks.map(({ id, seconds }) => [id, seconds]));
    return { prepare, restore, census: phase("census"), checks: phase("checks"), notPassed, checkSeconds };
  } finally {
    await throwaway.destroy();
  }
}
