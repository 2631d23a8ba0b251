import { access, writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { parsePlan } from "../../plan/parse.ts";
import { connect } from "../../postgres/connect.ts";
import { parseTarget } from "../../postgres/target.ts";
import type { UseCaseContext } from "../context.ts";
import { operationErrors } from "../errors.ts";
import { planText } from "./plan-text.ts";
import { readDatabase } from "./read-database.ts";

export interface InitOptions {
  /** Where the plan is written. */
  readonly plan: string;
  /** Whether a plan that is there may be replaced. */
  readonly overwrite?: boolean;
  /** The environment variable with the connection string; ITHACA_DATABASE_URL unless told otherwise. */
  readonly urlSecret?: string;
}

/** A plan that was written, and what it was guessed from. */
export interface InitOutcome {
  readonly path: string;
  readonly text: string;
  readonly tables: number;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Reads a database (READ ONLY) and writes a plan for it, with the reason for each guess beside it.
 *
 * @throws run.plan_exists (input) where there is a plan and nobody said that it may be replaced; nothing was read then
 */
export async function init(context: UseCaseContext, options: InitOptions): Promise<InitOutcome> {
  const path = resolve(context.workingDirectory, options.plan);
  const variable = options.urlSecret ?? "ITHACA_DATABASE_URL";
  if (options.overwrite !== true && (await exists(path))) throw operationErrors.plan_exists({ path: options.plan });
  const url = context.environment[variable];
  if (url === undefined || url === "") throw operationErrors.init_source({ variable });
  const found = await context.progress.step("Read the database", async () => {
    await using session = await connect(parseTarget(url, variable), { readOnly: true });
    return await readDatabase(session);
  });
  const text = planText(found, variable);
  // What is written must be a plan: a name that breaks it is found here, not at two in the morning.
  parsePlan(text, basename(path));
  await writeFile(path, text, { flag: options.overwrite === true ? "w" : "wx" });
  return { path: options.plan, text, tables: found.tables.length };
}
