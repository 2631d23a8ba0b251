import { access } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { IthacaError } from "../base/errors.ts";
import type { UseCaseContext } from "./context.ts";
import { loadSubject, type Subject, type SubjectOptions } from "./subject.ts";

/** The name of the made-up database in the plan that this repository came with. */
const fixtureDatabase = "inner-odyssey";

/** Where that plan stands at first, and what a team calls it once it has put its own in that place. */
const [usual, kept] = ["ithaca.yaml", `${fixtureDatabase}.yaml`];

/** The plan of the made-up database: another one than the team's, unless the one that was named has another name. */
export async function fixturePlan({ workingDirectory }: UseCaseContext, plan: string): Promise<string> {
  if (basename(plan) !== usual) return plan;
  const beside = join(dirname(plan), kept);
  const there = await access(resolve(workingDirectory, beside)).then(
    () => true,
    () => false,
  );
  return there ? beside : plan;
}

/**
 * The made-up database as its plan has it.
 *
 * @throws plan.unknown_database where the plan is another database's, and says nothing that would be true of this one
 */
export async function loadFixtureSubject(context: UseCaseContext, options: SubjectOptions): Promise<Subject> {
  const plan = await fixturePlan(context, options.plan);
  return loadSubject(context, { plan, database: options.database ?? fixtureDatabase });
}

/** A made-up production's subject, and the plan that it is in. */
export interface MadeUp {
  readonly subject: Subject;
  /** Path of the plan. */
  readonly plan: string;
}

/** What loading a plan ends in where it is not there, or is another database's. */
const notThere: ReadonlySet<string> = new Set(["plan.missing", "plan.unknown_database"]);

/** The plans that Ithaca comes with, where it is used from another repository. */
const shipped = [kept, usual].map((name) => fileURLToPath(new URL(`../../${name}`, import.meta.url)));

/**
 * What a team's drill or rehearsal on a made-up production is judged by: the rules of that production, which are none of the
 * team's own. By the plan beside theirs, else by the one that Ithaca comes with.
 *
 * @throws plan.unknown_database where none of them has it; every other error of these plans
 */
export async function loadMadeUp(context: UseCaseContext, plan: string): Promise<MadeUp> {
  const first = await fixturePlan(context, plan);
  let missing: unknown;
  for (const path of [first, ...shipped]) {
    try {
      return { subject: await loadSubject(context, { plan: path, database: fixtureDatabase }), plan: path };
    } catch (thrown) {
      if (!(thrown instanceof IthacaError) || !notThere.has(thrown.id)) throw thrown;
      missing ??= thrown;
    }
  }
  throw missing;
}
