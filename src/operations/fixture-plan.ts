import { access } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
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
