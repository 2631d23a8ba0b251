import { IthacaError } from "../base/errors.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import { getHealth } from "../supabase/management/projects.ts";
import { platformAccess } from "../supabase/management/settings.ts";
import type { UseCaseContext } from "./context.ts";

/** Whether every service of the project says that it is well; null where there is no platform to ask, or no way to ask it. */
export async function platformHealth(context: UseCaseContext, { managed }: DatabasePlan): Promise<boolean | null> {
  if (managed === undefined) return null;
  try {
    const { api, ref } = platformAccess(context.environment, managed, context.signal);
    return (await getHealth(api, ref, managed.services)).every(({ healthy }) => healthy);
  } catch (error) {
    if (error instanceof IthacaError) return null;
    throw error;
  }
}
