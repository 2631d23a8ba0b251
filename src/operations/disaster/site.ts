import { run } from "../../base/child-process.ts";
import { compareInventories } from "../../census/compare-inventory.ts";
import { readInventory } from "../../census/inventory.ts";
import { wholeScope } from "../../census/scope.ts";
import { connect } from "../../postgres/connect.ts";
import { urlWithPassword } from "../../postgres/target.ts";
import type { Target } from "../../postgres/types.ts";
import type { StepResult } from "../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../recovery/disaster/errors.ts";
import type { HookName } from "../../recovery/disaster/scenarios.ts";
import { type PlatformAccess, platformAccess, usualNames } from "../../supabase/management/settings.ts";
import type { UseCaseContext } from "../context.ts";
import type { Subject, SubjectOptions } from "../subject.ts";
import type { EmptyVault } from "./lost-production.ts";

export interface DisasterOptions extends SubjectOptions {
  readonly rehearse?: boolean;
  readonly execute?: boolean;
  readonly confirm?: string;
  /** Whether only what is unfinished may be gone on with, as for a recovery. */
  readonly onlyGoOn?: boolean;
  /** Ids of steps that a person has done. */
  readonly done?: readonly string[];
  /** The backup to restore: the latest, but after an attack one that a person has chosen. */
  readonly backup?: string;
  /** Ids of three backups: as restored, the project's, the own server's. */
  readonly merge?: readonly string[];
  /** Size of a made-up production. */
  readonly families?: number;
  /** The vault of a rehearsal, empty: one is made unless told otherwise. */
  readonly vault?: EmptyVault;
  /** How long a recovery is watched afterwards, such as `1h`; as the plan says unless told otherwise. */
  readonly watch?: string;
  /** Whether the app's tests are run in a rehearsal; they are unless told otherwise. */
  readonly e2e?: boolean;
}

/** Where a scenario's steps are carried out. */
export interface Site {
  readonly context: UseCaseContext;
  readonly subject: Subject;
  readonly options: DisasterOptions;
  /** Absolute path of the reports' folder. */
  readonly reports: string;
}

export const done = (says: string, facts: Readonly<Record<string, string>> = {}): StepResult => ({
  state: "done",
  says,
  facts,
});
export const byHand = (says: string): StepResult => ({ state: "by_hand", says });
export const waiting = (says: string): StepResult => ({ state: "waiting", says });
export const notRun = (says: string): StepResult => ({ state: "not_run", says });

/** The platform's API as the environment gives it; null where there is no token. */
export function apiOf({ context, subject }: Site): PlatformAccess | null {
  const names = subject.database.managed ?? usualNames;
  const token = context.environment[names.token_secret] ?? "";
  return token === "" ? null : platformAccess(context.environment, names, context.signal);
}

/** Seconds that a command of the team may take. */
const hookLimit = 30 * 60;

/** Runs a command of the team in the plan's folder. It sees what is meant for it, and nothing else of our environment. */
async function runTeams(
  { context, subject }: Site,
  command: string,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const own = Object.entries(context.environment).flatMap(([key, value]) =>
    key.startsWith("ITHACA_HOOK_") && value !== undefined ? [[key, value] as const] : [],
  );
  const { exitCode } = await run("sh", ["-c", command], {
    cwd: subject.planDirectory,
    env: { HOME: context.environment.HOME ?? "/nonexistent", ...Object.fromEntries(own), ...env },
    timeout: hookLimit * 1000,
    signal: context.signal,
  });
  context.signal.throwIfAborted();
  return exitCode;
}

/** Runs a command of the team that must end with 0. @throws disaster.hook_failed */
async function runHook(
  site: Site,
  name: string,
  command: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const code = await runTeams(site, command, env);
  if (code !== 0) throw disasterErrors.hook_failed({ hook: name, code });
}

const rehearsed = { ITHACA_REHEARSAL: "1" } as const;

/** Runs a command of the team that shows something: true where it ends with 0. */
export async function runProof(site: Site, command: string, rehearse: boolean): Promise<boolean> {
  return (await runTeams(site, command, rehearse ? rehearsed : {})) === 0;
}

/** A step that a hook of the plan does: in a rehearsal only where the plan says that hooks may be rehearsed. */
export async function hookStep(
  site: Site,
  name: HookName,
  env: Readonly<Record<string, string>>,
  rehearse: boolean,
): Promise<StepResult> {
  const { hooks, rehearse_hooks } = site.subject.database.disaster;
  const command = hooks[name];
  const key = `disaster.hooks.${name}`;
  if (command === undefined) {
    const says = `The plan names no command for it (${key}): a person does it.`;
    return rehearse ? byHand(says) : waiting(says);
  }
  if (rehearse && !rehearse_hooks) return byHand(`${key} is not rehearsed: the plan does not say rehearse_hooks.`);
  await runHook(site, key, command, { ...env, ...(rehearse ? rehearsed : {}) });
  return done(`${key} ended with 0.`);
}

async function inventoryOf(target: Target) {
  await using session = await connect(target, { readOnly: true, applicationName: "ithaca disaster" });
  await session.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
  return { ...(await readInventory(session, wholeScope)), version: session.versionNum };
}

/** Runs the migrations twice: the second run may change nothing. Without a command a person does it. */
export async function migrateTwice(site: Site, target: Target, rehearse: boolean): Promise<StepResult> {
  const command = site.subject.database.disaster.migrations;
  if (command === undefined) {
    const says = "The plan names no command for migrations (disaster.migrations): a person runs them, twice.";
    return rehearse ? byHand(says) : waiting(says);
  }
  const env = { DATABASE_URL: urlWithPassword(target) };
  await runHook(site, "disaster.migrations", command, env);
  const first = await inventoryOf(target);
  await runHook(site, "disaster.migrations", command, env);
  const second = await inventoryOf(target);
  const { differences } = compareInventories(first.objects, second.objects, {
    expectedVersion: first.version,
    actualVersion: second.version,
  });
  if (differences.length > 0) {
    const what = differences.slice(0, 5).map(({ kind, object }) => `${kind} ${object}`);
    throw disasterErrors.not_idempotent({ what: what.join(", ") });
  }
  return done(`Run twice; ${second.objects.length} objects are the same after the second run.`);
}
