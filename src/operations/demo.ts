import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { takeBackup } from "../backup/take-backup.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { startCluster } from "../postgres/cluster.ts";
import { connect } from "../postgres/connect.ts";
import { withDatabase } from "../postgres/target.ts";
import type { ProofReport } from "../report/model.ts";
import { localVault } from "../vault/vault.ts";
import { vaultSource } from "./backup-source.ts";
import type { UseCaseContext } from "./context.ts";
import { loadInnerOdyssey } from "./load-fixture.ts";
import { proveSubject } from "./prove.ts";
import { loadSubject, type SubjectOptions } from "./subject.ts";

export interface DemoOptions extends SubjectOptions {
  /** Size of the made-up database. */
  readonly families: number;
  /** A file of SQL that harms the copy before the checks. */
  readonly damage?: string;
}

/**
 * The whole pipeline on this machine, with no set-up: a private server plays production with the Inner Odyssey fixture,
 * and from there on everything is real: backup, vault, restore, proof, report. The vault and the report stay under
 * `.ithaca/`; the servers do not.
 */
export async function demo(context: UseCaseContext, options: DemoOptions): Promise<ProofReport> {
  const subject = await loadSubject(context, options);
  const { progress, clock, signal } = context;
  const home = resolve(context.workingDirectory, ".ithaca");
  await using production = await progress.step("Start a made-up production server", () => startCluster());
  {
    await using admin = await connect(production.target, { readOnly: false });
    await admin.query("CREATE DATABASE inner_odyssey TEMPLATE template0");
  }
  const target = withDatabase(production.target, "inner_odyssey");
  await progress.step(`Fill it with ${options.families} families`, () =>
    loadInnerOdyssey(target, { families: options.families, now: clock.now() }),
  );

  // The demo proves a vault that it has just filled, so its password need not outlive it.
  const vaultDirectory = join(home, "vault");
  await rm(vaultDirectory, { recursive: true, force: true });
  const vault = localVault(vaultDirectory, randomBytes(24).toString("base64url"));
  await progress.step("Make a vault", () => vault.initialise({ signal }));
  {
    await using scratch = await scratchDirectory("backup");
    const { manifest } = await progress.step("Take a backup and its census", () =>
      takeBackup({
        target,
        name: subject.name,
        database: subject.database,
        directory: scratch.path,
        progress,
        clock,
        signal,
      }),
    );
    await progress.step("Put it into the vault", (note) => vault.save(scratch.path, manifest, { note, signal }));
  }
  return proveSubject(context, subject, {
    source: vaultSource(context, vault, subject.name, "latest"),
    kind: "demo",
    damage: options.damage,
    production: target,
    reports: join(home, "reports"),
  });
}
