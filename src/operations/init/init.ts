import { readFile, writeFile } from "node:fs/promises";
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
  /**
   * Asked where a plan is there already, with the databases that it names (none where it is no plan): may it be replaced?
   * Without it, never.
   */
  readonly mayReplace?: (databases: readonly string[]) => Promise<boolean>;
  /** The environment variable with the connection string; ITHACA_DATABASE_URL unless told otherwise. */
  readonly urlSecret?: string;
}

/** A plan that was written, and what it was guessed from. */
export interface InitOutcome {
  readonly path: string;
  readonly text: string;
  readonly tables: number;
}

/** The databases of the plan that is there; none where it cannot be understood, null where there is no file. */
async function planThere(path: string): Promise<readonly string[] | null> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    return "";
  });
  if (text === null) return null;
  try {
    return Object.keys(parsePlan(text, basename(path)).databases);
  } catch {
    return [];
  }
}

/**
 * Reads a database (READ ONLY) and writes a plan for it, with the reason for each guess beside it.
 *
 * @throws run.plan_exists (input) where there is a plan and nobody said that it may be replaced; the database was not read then
 */
export async function init(context: UseCaseContext, options: InitOptions): Promise<InitOutcome> {
  const path = resolve(context.workingDirectory, options.plan);
  const variable = options.urlSecret ?? "ITHACA_DATABASE_URL";
  const url = context.environment[variable];
  if (url === undefined || url === "") throw operationErrors.init_source({ variable });
  const there = await planThere(path);
  if (there !== null && (await options.mayReplace?.(there)) !== true) {
    throw operationErrors.plan_exists({ path: options.plan, databases: there.join(", ") });
  }
  const found = await context.progress.step("Read the database", async () => {
    await using session = await connect(parseTarget(url, variable), { readOnly: true });
    return await readDatabase(session);
  });
  const text = planText(found, variable);
  // What is written must be a plan: a name that breaks it is found here, not at two in the morning.
  parsePlan(text, basename(path));
  await writeFile(path, text, { flag: there === null ? "wx" : "w" });
  return { path: options.plan, text, tables: found.tables.length };
}
