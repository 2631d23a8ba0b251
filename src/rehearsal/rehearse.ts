import { join } from "node:path";
import type { Progress } from "../base/progress.ts";
import type { Census } from "../census/types.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import type { Target } from "../postgres/types.ts";
import type { CheckResult, NotCovered } from "../proof/types.ts";
import { adaptation, type LocalApi, serveCopy } from "../supabase/local-api.ts";
import { runCommand } from "./command.ts";
import { rehearsalErrors } from "./errors.ts";
import { expectations } from "./expectations.ts";
import { judge, testsOf } from "./judge.ts";
import { knownUsers } from "./known-users.ts";
import { keepSilent } from "./silence.ts";
import { runSuite, suiteFile } from "./suite.ts";
import type { Rehearsal, RehearsedTest } from "./types.ts";

export interface RehearsalOrder {
  /** The database's name in the plan. */
  readonly name: string;
  readonly database: DatabasePlan;
  readonly planDirectory: string;
  /** The census that was taken with the backup. */
  readonly census: Census;
  /** Superuser access to the copy. */
  readonly target: Target;
  readonly now: Date;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface RehearsalResult {
  readonly rehearsal: Rehearsal;
  readonly checks: readonly CheckResult[];
  readonly notCovered: readonly NotCovered[];
}

type RehearsalPlan = NonNullable<DatabasePlan["rehearsal"]>;

/**
 * The part of the plan that says how the app is rehearsed, with its suite where it says.
 *
 * @throws rehearsal.not_planned, rehearsal.suite_missing
 */
export async function requireRehearsal({
  name,
  database,
  planDirectory,
}: Pick<RehearsalOrder, "name" | "database" | "planDirectory">): Promise<RehearsalPlan> {
  const { rehearsal } = database;
  if (rehearsal === undefined || (rehearsal.suite === undefined && rehearsal.command === undefined)) {
    throw rehearsalErrors.not_planned({ database: name });
  }
  const { suite } = rehearsal;
  for (const file of suite === undefined ? [] : ["vitest.config.ts", "users.sql"]) {
    await suiteFile(join(planDirectory, suite ?? ""), suite ?? "", file);
  }
  return rehearsal;
}

/** What a rehearsal cannot say, whatever its tests come to. */
const apiNotCovered: readonly NotCovered[] = [
  adaptation,
  {
    what: "PostgREST, GoTrue and the storage service themselves",
    why: "on the copy @supabase/lite answered in their place; policies, grants, triggers and constraints were the copy's own",
  },
  { what: "files of the storage buckets", why: "a database backup holds their rows only" },
];

/**
 * Runs the app's tests on a copy: the suite, the team's own command, or both. **Changes the copy** in many ways, so that
 * it comes after everything else.
 *
 * @throws rehearsal.*, supabase.* where the tests could not be run; a test that fails is a result
 */
export async function rehearse(order: RehearsalOrder): Promise<RehearsalResult> {
  const { database, target, progress } = order;
  const plan = await requireRehearsal(order);
  await using silence = await keepSilent(target);
  await using api = database.platform === "postgres" ? null : await serveCopy(target);
  const tests: RehearsedTest[] = [];
  const notCovered: NotCovered[] = api === null ? [] : [...apiNotCovered];
  if (plan.suite !== undefined && api !== null) {
    const { suite } = plan;
    tests.push(
      ...(await progress.step(`Run the app's suite ${suite} on the copy`, () =>
        rehearseSuite(order, plan, suite, api),
      )),
    );
  }
  const { command } = plan;
  if (command !== undefined) {
    const { ending, notCovered: more } = await progress.step("Run the team's command on the copy", () =>
      runCommand({
        command,
        directory: join(order.planDirectory, plan.directory),
        name: plan.directory,
        results: plan.results,
        timeoutSeconds: plan.timeout,
        target,
        api,
        signal: order.signal,
      }),
    );
    tests.push(...testsOf(ending));
    notCovered.push(...more);
  }
  return { rehearsal: judge(tests, plan.excused, order.now), checks: [await silence.finish()], notCovered };
}

async function rehearseSuite(
  { database, planDirectory, census, target, signal }: RehearsalOrder,
  { timeout }: RehearsalPlan,
  suite: string,
  api: LocalApi,
): Promise<RehearsedTest[]> {
  const folder = join(planDirectory, suite);
  const users = await knownUsers(target, await suiteFile(folder, suite, "users.sql"), suite);
  const ending = await runSuite({
    folder,
    name: suite,
    api,
    expectations: expectations(census, database, users),
    timeoutSeconds: timeout,
    signal,
  });
  signal.throwIfAborted();
  return testsOf(ending);
}
