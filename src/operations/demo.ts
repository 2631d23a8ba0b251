import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { startCluster } from "../postgres/cluster.ts";
import { createThrowawayDatabase } from "../postgres/throwaway-database.ts";
import type { ProofReport } from "../report/model.ts";
import { writeReport } from "../report/write.ts";
import { localVault } from "../vault/vault.ts";
import { vaultSource } from "./backup-source.ts";
import type { UseCaseContext } from "./context.ts";
import { readDamage } from "./copy.ts";
import { loadMadeUp } from "./fixture-plan.ts";
import { loadInnerOdyssey } from "./load-fixture.ts";
import { productionLike } from "./production-like.ts";
import { proveSubject } from "./prove.ts";
import { runFacts } from "./run-facts.ts";
import type { SubjectOptions } from "./subject.ts";
import { takeAndStore } from "./take-and-store.ts";

export interface DemoOptions extends SubjectOptions {
  /** Size of the made-up database. */
  readonly families: number;
  /** A file of SQL that harms the copy before the checks. */
  readonly damage?: string;
  /** Whether the app's tests are run on the copy; they are unless told otherwise. */
  readonly e2e?: boolean;
}

/**
 * The whole pipeline on this machine, with no set-up: a private server plays production with the Inner Odyssey fixture,
 * and from there on everything is real: backup, vault, restore, proof, report. The vault and the report stay under
 * `.ithaca/`; the servers do not.
 */
export async function demo(context: UseCaseContext, options: DemoOptions): Promise<ProofReport> {
  const { subject } = await loadMadeUp(context, options);
  // Wrong input is found before anything runs; the proof reads it once more.
  if (options.damage !== undefined) await readDamage(context, options.damage);
  const { progress, clock, signal } = context;
  const home = resolve(context.workingDirectory, ".ithaca");
  await using production = await progress.step("Start a made-up production server", () => startCluster());
  const { target } = await createThrowawayDatabase(production.target, { ...productionLike, cluster: production });
  await progress.step(`Fill it with ${options.families} families`, () =>
    loadInnerOdyssey(target, { families: options.families, now: clock.now() }),
  );

  // The demo proves a vault that it has just filled, so its password need not outlive it.
  const vaultDirectory = join(home, "vault");
  await rm(vaultDirectory, { recursive: true, force: true });
  const vault = localVault(vaultDirectory, randomBytes(24).toString("base64url"));
  await progress.step("Make a vault", () => vault.initialise({ signal }));
  const startedAt = clock.now();
  const taken = await takeAndStore(context, subject, target, vault);
  const reports = join(home, "reports");
  // The digest's record outside the vault: the proof compares with that.
  await writeReport(
    reports,
    {
      kind: "backup",
      verdict: "taken",
      reason: "",
      database: subject.name,
      run: runFacts(context, startedAt),
      backup: taken,
    },
    relative(context.workingDirectory, reports),
  );
  return await proveSubject(context, subject, {
    source: vaultSource(context, vault, subject.name, "latest"),
    kind: "demo",
    damage: options.damage,
    rehearse: options.e2e ?? true,
    production: target,
    reports,
  });
}
