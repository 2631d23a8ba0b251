import { constants } from "node:fs";
import { copyFile, lstat, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { codeOf } from "../../base/errors.ts";
import { parsePlan } from "../../plan/parse.ts";
import { connectToRead } from "../../postgres/pooler.ts";
import { parseTarget } from "../../postgres/target.ts";
import type { UseCaseContext } from "../context.ts";
import { operationErrors } from "../errors.ts";
import type { FoundDatabase } from "./guess.ts";
import { planText } from "./plan-text.ts";
import { readDatabase } from "./read-database.ts";

export interface InitOptions {
  /** Where the plan is written. */
  readonly plan: string;
  /** Asked where a plan is there already: may another one take its place? Without it, never. */
  readonly mayReplace?: (older: OlderPlan) => Promise<boolean>;
  /** The environment variable with the connection string; ITHACA_DATABASE_URL unless told otherwise. */
  readonly urlSecret?: string;
}

/** A plan that is there already. */
export interface OlderPlan {
  /** Those that it names; none where it is no plan. */
  readonly databases: readonly string[];
  /** Where it is kept if another one takes its place: beside it, under the name of its database. */
  readonly keptAs: string;
}

/** A plan that was written, and what it was guessed from. */
export interface InitOutcome {
  readonly path: string;
  readonly text: string;
  readonly tables: number;
  /** Where the plan that was there before is kept; null where there was none. */
  readonly keptAs: string | null;
}

/** Where the path itself is wrong, and no change to the disk would mend it. */
const wrongPath = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG"]);

/** Runs what reads and writes in the plan's folder. @throws run.plan_nowhere, run.plan_not_written */
async function inFolder<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && "syscall" in cause)) throw cause;
    const code = String(cause.code);
    // Node's message goes on with its call and both paths.
    const why = cause.message.split(",")[0] ?? code;
    throw operationErrors[wrongPath.has(code) ? "plan_nowhere" : "plan_not_written"]({ path, why }, { cause });
  }
}

const isMissing = (error: unknown) => codeOf(error) === "ENOENT";

/** The databases that a plan names; none where it cannot be understood. */
async function databasesOf(path: string): Promise<readonly string[]> {
  try {
    return Object.keys(parsePlan(await readFile(path, "utf8"), basename(path)).databases);
  } catch {
    return [];
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** The first free one of `inner-odyssey.yaml`, `inner-odyssey-2.yaml`, …, in the folder of the plan. */
async function freeName(plan: string, path: string, stem: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = `${stem}${number === 1 ? "" : `-${number}`}.yaml`;
    if (!(await isThere(join(dirname(path), name)))) return join(dirname(plan), name);
  }
}

/** The plan that is there; null where there is none. */
async function olderPlan(plan: string, path: string): Promise<OlderPlan | null> {
  if (!(await isThere(path))) return null;
  const databases = await databasesOf(path);
  return { databases, keptAs: await freeName(plan, path, databases[0] ?? "ithaca-before") };
}

/** So many tables are named in one sentence. */
const mostNamed = 5;

/** What the plan lacks because of what was read, each with what to do: a plan that looks whole would be believed. */
function missingFrom({ database, user, tables, unread, filtered }: FoundDatabase): readonly string[] {
  const again = "and run init again with --overwrite";
  const rest = unread.length > mostNamed ? ` and ${unread.length - mostNamed} more` : "";
  return [
    ...(tables.length + unread.length === 0
      ? [`The database ${database} has no table of an application: check the name at the end of the connection string.`]
      : []),
    ...(unread.length > 0
      ? [
          `${user} may not read ${unread.length} of ${tables.length + unread.length} tables, so nothing was guessed from them: ${unread.slice(0, mostNamed).join(", ")}${rest}; grant it pg_read_all_data (docs/set-up.md) ${again}.`,
        ]
      : []),
    ...(filtered
      ? [
          `${user} sees rows through row level security, so guesses about them may be wrong and no backup can be taken; give it BYPASSRLS (docs/set-up.md) ${again}.`,
        ]
      : []),
  ];
}

/**
 * Reads a database (READ ONLY) and writes a plan for it, with the reason for each guess beside it. A plan that it takes the
 * place of is kept.
 *
 * @throws run.plan_exists (input) where there is a plan and nobody said that it may be replaced; the database was not read then.
 * run.plan_nowhere (input) and run.plan_not_written (surroundings)
 */
export async function init(context: UseCaseContext, options: InitOptions): Promise<InitOutcome> {
  const path = resolve(context.workingDirectory, options.plan);
  const variable = options.urlSecret ?? "ITHACA_DATABASE_URL";
  const url = context.environment[variable];
  if (url === undefined || url === "") throw operationErrors.init_source({ variable });
  const older = await inFolder(options.plan, () => olderPlan(options.plan, path));
  if (older !== null && (await options.mayReplace?.(older)) !== true) {
    throw operationErrors.plan_exists({ path: options.plan, databases: older.databases.join(", ") });
  }
  const found = await context.progress.step("Read the database", async () => {
    await using session = await connectToRead(parseTarget(url, variable));
    return await readDatabase(session);
  });
  for (const lack of missingFrom(found)) context.progress.warn(lack);
  const text = planText(found, variable);
  // What is written must be a plan: a name that breaks it is found here, not at two in the morning.
  parsePlan(text, basename(path));
  await inFolder(options.plan, async () => {
    if (older !== null) await copyFile(path, resolve(context.workingDirectory, older.keptAs), constants.COPYFILE_EXCL);
    await writeFile(path, text, { flag: older === null ? "wx" : "w" });
  });
  return { path: options.plan, text, tables: found.tables.length, keptAs: older?.keptAs ?? null };
}
