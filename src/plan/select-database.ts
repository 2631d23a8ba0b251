import { planErrors } from "./errors.ts";
import type { DatabasePlan, Plan } from "./schema.ts";
import { suggestion } from "./suggestion.ts";

/**
 * Picks the database that a command is about: the named one, or the only one.
 *
 * @throws input: the name is not in the plan, or none was given and the plan has several
 */
export function selectDatabase(plan: Plan, name: string | undefined): { name: string; database: DatabasePlan } {
  const known = Object.keys(plan.databases);
  const chosen = name ?? (known.length === 1 ? known[0] : undefined);
  if (chosen === undefined) throw planErrors.database_not_chosen({ known });
  const database = Object.hasOwn(plan.databases, chosen) ? plan.databases[chosen] : undefined;
  if (database === undefined) {
    throw planErrors.unknown_database({ name: chosen, known, suggestion: suggestion(chosen, known) });
  }
  return { name: chosen, database };
}
