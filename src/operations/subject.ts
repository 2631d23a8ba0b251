import { resolve } from "node:path";
import { loadPlan } from "../plan/parse.ts";
import type { DatabasePlan, Plan } from "../plan/schema.ts";
import { selectDatabase } from "../plan/select-database.ts";
import { parseTarget } from "../postgres/target.ts";
import type { Target } from "../postgres/types.ts";
import type { UseCaseContext } from "./context.ts";
import { operationErrors } from "./errors.ts";

/** What a command is about: one database of one plan. */
export interface Subject {
  readonly plan: Plan;
  /** Paths in the plan are relative to it. */
  readonly planDirectory: string;
  readonly name: string;
  readonly database: DatabasePlan;
}

/** Options that say what a command is about. */
export interface SubjectOptions {
  readonly plan: string;
  readonly database?: string;
}

/** Loads the plan and picks the database; every error of the plan is told at once. */
export async function loadSubject(context: UseCaseContext, options: SubjectOptions): Promise<Subject> {
  const { plan, directory } = await loadPlan(resolve(context.workingDirectory, options.plan));
  const { name, database } = selectDatabase(plan, options.database);
  return { plan, planDirectory: directory, name, database };
}

/** Where the subject's production database is, or null where its secret is not set. */
export function sourceTarget(context: UseCaseContext, database: DatabasePlan): Target | null {
  const url = context.environment[database.url_secret];
  if (url === undefined || url === "") return null;
  const target = parseTarget(url, database.url_secret);
  const authority = database.managed?.ca_file;
  if (authority === undefined || target.sslrootcert !== undefined || target.host.startsWith("/")) return target;
  // The plan names the authority of the provider's servers: then nobody else may answer in their place.
  return { ...target, sslmode: "verify-full", sslrootcert: resolve(context.workingDirectory, authority) };
}

/** Where the subject's production database is. */
export function requireSource(context: UseCaseContext, { name, database }: Subject): Target {
  const target = sourceTarget(context, database);
  if (target === null) throw operationErrors.source_missing({ variable: database.url_secret, database: name });
  return target;
}

/** The folder that reports are written to. */
export function reportsDirectory(context: UseCaseContext, plan: Plan): string {
  return resolve(context.workingDirectory, plan.reports.directory);
}
