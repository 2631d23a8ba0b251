import { join } from "node:path";
import { scratchDirectory } from "../base/scratch.ts";
import { connect } from "../postgres/connect.ts";
import { readServerFacts } from "../postgres/server-facts.ts";
import { loadTeamChecks } from "../proof/team/load.ts";
import { recoveryErrors } from "../recovery/errors.ts";
import { estimateFromProofs } from "../recovery/estimate.ts";
import { inPlace, intoNewProject } from "../recovery/full/in-place.ts";
import { intoNew } from "../recovery/full/into-new.ts";
import { sideBySide } from "../recovery/full/side-by-side.ts";
import type { BackupAtHand, FullRecovery } from "../recovery/full/types.ts";
import type { RecoveryMethod } from "../recovery/types.ts";
import { listReports, recordedDigest } from "../report/history.ts";
import { openVault } from "../vault/vault.ts";
import { directorySource, vaultSource } from "./backup-source.ts";
import type { UseCaseContext } from "./context.ts";
import { operationErrors } from "./errors.ts";
import { type RecoverOptions, type RecoveryResult, type RecoverySite, recover } from "./recover.ts";
import { safetyBackups } from "./safety-backups.ts";
import { chosenForOne } from "./unfinished.ts";

/** Where a whole database is restored to. */
export const fullModes = ["new", "side-by-side", "in-place"] as const;
export type FullMode = (typeof fullModes)[number];

export interface RecoverFullOptions extends RecoverOptions {
  readonly into: FullMode;
  /** `latest`, `yesterday`, `random` or an id; the latest unless told otherwise. */
  readonly backup?: string;
  /** A backup directory that lies here already, instead of one from the vault. */
  readonly archive?: string;
}

const methods: Readonly<Record<FullMode, (recovery: FullRecovery) => RecoveryMethod | Promise<RecoveryMethod>>> = {
  new: async (recovery) => {
    // Only that credential names the new database: without it the reading one would lead to production.
    if (!recovery.writable) throw recoveryErrors.no_writing_credential({ variable: recovery.variable });
    return (await isSuperuser(recovery)) ? intoNew(recovery) : intoNewProject(recovery);
  },
  "side-by-side": sideBySide,
  "in-place": inPlace,
};

/** Who is no superuser has a project of a platform, where schemas are that nobody may drop. */
async function isSuperuser({ target }: FullRecovery): Promise<boolean> {
  await using session = await connect(target, { readOnly: true });
  return (await readServerFacts(session)).superuser;
}

/**
 * Recovers the whole database from one of its backups: into a new one, beside production and swapped in, or in place
 * where the platform's own schemas cannot be dropped.
 *
 * @throws recovery.no_writing_credential for a new database, before anything is fetched: also its plan needs to know which it is
 */
export async function recoverFull(context: UseCaseContext, options: RecoverFullOptions): Promise<RecoveryResult> {
  await using scratch = await scratchDirectory("recovery");
  const build = async (site: RecoverySite) => methods[options.into](await fullRecovery(site, options, scratch.path));
  return await recover(context, options, { kind: "full", needsVault: options.into !== "new", build });
}

async function fullRecovery(
  { context, subject, target, source, reports, open }: RecoverySite,
  { into, backup = "latest", archive }: RecoverFullOptions,
  scratch: string,
): Promise<FullRecovery> {
  const { plan, planDirectory, database, name } = subject;
  // The safety backup is the latest by now: an unfinished recovery goes on with what it began with.
  const wanted = open?.restore_point?.backup?.id ?? backup;
  const found =
    archive === undefined
      ? vaultSource(context, openVault({ ...context.environment }), name, wanted)
      : directorySource(context, archive);
  let fetched: Promise<BackupAtHand> | undefined;
  const fetch = async () => {
    const backupAtHand = await found.fetch(scratch);
    const { manifest, directory } = backupAtHand;
    if (manifest.database === name) return backupAtHand;
    throw operationErrors.other_database({ path: directory, found: manifest.database, wanted: name });
  };
  return {
    plan,
    planDirectory,
    database,
    name,
    target,
    variable: database.recovery.url_secret,
    writable: (context.environment[database.recovery.url_secret] ?? "") !== "",
    source,
    backup: () => {
      fetched ??= fetch();
      return fetched;
    },
    safetyBackups: await safetyBackups(reports, name),
    named: open !== null || archive !== undefined || !chosenForOne.has(backup),
    teamChecks: database.checks === undefined ? [] : await loadTeamChecks(join(planDirectory, database.checks)),
    recordedDigest: (id) => recordedDigest(reports, id),
    estimate: estimateFromProofs((await listReports(reports, name)).reports),
    request: { into, ...(archive === undefined ? { backup } : { archive }) },
  };
}
