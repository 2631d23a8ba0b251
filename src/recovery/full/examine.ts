import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { takeCopyCensus } from "../../census/copy-census.ts";
import type { Census } from "../../census/types.ts";
import { connect } from "../../postgres/connect.ts";
import type { Session, Target } from "../../postgres/types.ts";
import { allChecks } from "../../proof/all-checks.ts";
import { runChecks } from "../../proof/run-checks.ts";
import type { CheckResult, ProofContext } from "../../proof/types.ts";
import type { RestoreResult } from "../../restore/types.ts";
import type { StepContext, Verified } from "../types.ts";
import { expectedOnServer } from "./server-roles.ts";
import type { BackupAtHand, FullRecovery } from "./types.ts";

/** Checks that ask about a throwaway, about the past, or about promises: they say nothing of what production is now. */
const notOfProduction = new Set([
  "isolation.throwaway",
  // It would have to install an extension.
  "physical.amcheck",
  "plausibility.history",
  "objectives.rto",
  "objectives.rpo",
]);

/** Of those that remain: what can be asked while the application writes. */
const ofDefinitions = new Set(["definitions.equality", "plan.rls_enabled"]);

export interface Examination {
  readonly recovery: FullRecovery;
  readonly backup: BackupAtHand;
  readonly restored: Pick<RestoreResult, "errors" | "skipped">;
  readonly census: Census;
  /** On production's own server: the roles that the recovery made. Every other is expected as it is. */
  readonly made?: ReadonlySet<string> | undefined;
  /** READ ONLY, or in a transaction that has not been committed yet. */
  readonly session: Session;
  /** `everything`, or only what stays true when the application writes again. */
  readonly ask: "everything" | "definitions";
}

/** A proof's check as the incident file keeps it; findings are folded into one sentence. */
export function toVerified({ findings, seconds: _, ...check }: CheckResult): Verified {
  const shown = findings.slice(0, 5).map((one) => `${one.object} (${one.attribute})`);
  const more = findings.length > shown.length ? ` and ${findings.length - shown.length} more` : "";
  if (check.status !== "failed" || shown.length === 0) return check;
  return { ...check, reason: [check.reason, `${shown.join(", ")}${more}`].filter((part) => part !== "").join("; ") };
}

/** Runs the proof's own checks on what was restored. */
export async function examine(
  { recovery, backup, restored, census, session, ask, made }: Examination,
  { clock, progress }: StepContext,
): Promise<{ checks: Verified[]; not_covered: { what: string; why: string }[] }> {
  const context: ProofContext = {
    plan: recovery.plan,
    database: recovery.database,
    manifest: backup.manifest,
    expected: made === undefined ? backup.census : expectedOnServer(backup.census, census.inventory, made),
    copy: census,
    session,
    restoreErrors: restored.errors,
    restoreSkipped: restored.skipped,
    planDirectory: recovery.planDirectory,
    now: clock.now(),
    archiveProblems: backup.problems,
    recordedDigest: await recovery.recordedDigest(backup.manifest.id),
    throwaway: { kind: "service", isolation: { osUser: null, networkless: false }, notProduction: "none" },
    measured: { rtoSeconds: null, rpoSeconds: null },
    history: [],
    examine: () => Promise.resolve(null),
    hashKey: randomBytes(32),
    teamChecks: recovery.teamChecks,
  };
  const checks = allChecks(recovery.teamChecks).filter(({ id }) =>
    ask === "definitions" ? ofDefinitions.has(id) : !notOfProduction.has(id),
  );
  const { checks: results, notCovered } = await runChecks(context, progress, checks);
  // Exceptions of the plan that excuse what was not asked here are no fault of this recovery.
  const asked = results.filter(({ id }) => id !== "plan.exceptions");
  return { checks: asked.map(toVerified), not_covered: [...notCovered] };
}

/** Takes the census of a database that nobody writes, and runs the checks on it. */
export async function examineDatabase(
  target: Target,
  parts: Omit<Examination, "census" | "session">,
  step: StepContext,
): Promise<{ checks: Verified[]; not_covered: { what: string; why: string }[]; census: Census }> {
  const { backup, recovery } = parts;
  const census = await takeCopyCensus({
    target,
    scope: backup.scope,
    database: recovery.database,
    expected: backup.census,
    workers: availableParallelism(),
    progress: step.progress,
  });
  await using session = await connect(target, { readOnly: true, applicationName: "ithaca recovery" });
  return { ...(await examine({ ...parts, census, session }, step)), census };
}
