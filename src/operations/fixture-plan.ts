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
async function fixturePlan({ workingDirectory }: UseCaseContext, plan: string): Promise<string> {
  if (basename(plan) !== usual) return plan;
  const beside = join(dirname(plan), kept);
  const there = await access(resolve(workingDirectory, beside)).then(
    () => true,
    () => false,
  );
  return there ? beside : plan;
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
 * What runs on a made-up production is judged by its rules, which are none of the team's own: by the plan beside theirs, else
 * by the one that Ithaca comes with.
 *
 * @throws plan.unknown_database where none of them has it; every other error of these plans
 */
export async function loadMadeUp(context: UseCaseContext, { plan, database }: SubjectOptions): Promise<MadeUp> {
  const first = await fixturePlan(context, plan);
  let missing: unknown;
  for (const path of [first, ...shipped]) {
    try {
      const subject = await loadSubject(context, { plan: path, database: database ?? fixtureDatabase });
      return { subject, plan: path };
    } catch (thrown) {
      if (!(thrown instanceof IthacaError) || !notThere.has(thrown.id)) throw thrown;
      missing ??= thrown;
    }
  }
  throw missing;
}
