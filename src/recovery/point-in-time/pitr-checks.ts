import { IthacaError } from "../../base/errors.ts";
import type { DatabasePlan } from "../../plan/schema.ts";
import { lookUp } from "../../proof/names.ts";
import { getHealth } from "../../supabase/management/projects.ts";
import { waitUntil } from "../../supabase/management/wait.ts";
import type { StepContext, TableLoss, Verified } from "../types.ts";
import type { PlatformRecovery } from "./platform-recovery.ts";

/**
 * The marker was written after the point: a restored database does not have it.
 *
 * @param seenGone when it was seen to have gone, ISO 8601
 */
export function markerGone(seenGone: string | undefined): Verified {
  return {
    id: "point.after",
    title: "The last change before the restore was gone after it",
    status: seenGone === undefined ? "failed" : "passed",
    expected: "no marker of this recovery, which was written after the point",
    actual: seenGone === undefined ? "it was never seen to be gone" : `gone at ${seenGone}`,
    reason: "",
  };
}

/** Realtime may take a minute longer than the database. */
export async function servicesWell(recovery: PlatformRecovery, { progress }: StepContext): Promise<Verified[]> {
  const { access, services, limitSeconds } = recovery;
  if (services.length === 0) return [];
  const ill = async () => (await getHealth(access.api, access.ref, services)).filter((one) => !one.healthy);
  const found = await progress.step("Ask the services", (note) =>
    waitUntil(
      access.api,
      "Every service",
      Math.min(limitSeconds, 300),
      async () => {
        const names = (await ill()).map(({ name, status }) => `${name}: ${status}`);
        return names.length === 0
          ? { done: true as const, value: names }
          : { done: false as const, state: names.join(", ") };
      },
      note,
    ).catch(async (error: unknown) => {
      if (!(error instanceof IthacaError) || error.id !== "platform.not_reached") throw error;
      return (await ill()).map(({ name, status }) => `${name}: ${status}`);
    }),
  );
  const status = found.length === 0 ? "passed" : "failed";
  const actual = found.length === 0 ? "all of them" : found.join(", ");
  return [
    {
      id: "platform.services",
      title: "Every service of the project is well",
      status,
      expected: services.join(", "),
      actual,
      reason: "",
    },
  ];
}

/**
 * Rows that say when they were made: none is younger than the point.
 *
 * @param losses counted up to the moment at which the platform was asked
 */
export function nothingYounger(losses: readonly TableLoss[], at: string): Verified {
  const dated = losses.filter(({ younger }) => younger !== null);
  const wrong = dated.filter(({ younger }) => (younger ?? 0) > 0);
  return {
    id: "point.younger_rows",
    title: "No row says that it was made after the point",
    status: dated.length === 0 ? "not_run" : wrong.length === 0 ? "passed" : "failed",
    expected: `none after ${at}, in ${dated.length} tables that say when`,
    actual: wrong.length === 0 ? "none" : wrong.map(({ table, younger }) => `${table}: ${younger}`).join(", "),
    reason: dated.length === 0 ? "no table says when its rows were made" : "",
  };
}

/** Without these there is no application. */
export function criticalThere({ critical_tables }: DatabasePlan, tables: Readonly<Record<string, unknown>>): Verified {
  const missing = critical_tables.filter((table) => lookUp(tables, table) === undefined);
  return {
    id: "plan.critical_tables",
    title: "The plan's critical tables are there",
    status: missing.length === 0 ? "passed" : "failed",
    expected: `${critical_tables.length} tables`,
    actual: missing.length === 0 ? "all of them" : `without ${missing.join(", ")}`,
    reason: "",
  };
}
