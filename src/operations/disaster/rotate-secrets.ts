import type { StepResult } from "../../recovery/disaster/drive-steps.ts";
import { listSecrets } from "../../supabase/management/keys.ts";
import type { PlatformAccess } from "../../supabase/management/settings.ts";
import { hookStep, runProof, type Site } from "./site.ts";

export interface RotationOrder {
  /** Null where the platform's token is not set. */
  readonly access: Pick<PlatformAccess, "api" | "ref"> | null;
  /** When the attack was found: what was set later is new. */
  readonly since: Date;
  readonly rehearse: boolean;
}

/** How one secret stands: `proven` new, `old`, or `inconclusive` where nothing can tell. */
interface Rotated {
  readonly name: string;
  readonly state: "proven" | "old" | "inconclusive";
  readonly why: string;
}

/** The secrets of the project's functions: the platform tells when each was last set. */
async function functionSecrets({ access, since }: RotationOrder): Promise<Rotated[]> {
  if (access === null) return [];
  const all = await listSecrets(access.api, access.ref);
  // Names that begin so are the platform's own, and follow the project's keys.
  return all
    .filter(({ name }) => !name.startsWith("SUPABASE_"))
    .map(({ name, updated_at }): Rotated => {
      const what = `functions' secret ${name}`;
      if (updated_at === undefined) {
        return { name: what, state: "inconclusive", why: "the platform does not tell when it was set" };
      }
      return Date.parse(updated_at) >= since.getTime()
        ? { name: what, state: "proven", why: `set ${updated_at}` }
        : { name: what, state: "old", why: `last set ${updated_at}, before the attack was found` };
    });
}

/** The secrets of the plan: each is proven by the team's own command, or by nobody. */
async function plannedSecrets(site: Site, { rehearse }: RotationOrder): Promise<Rotated[]> {
  const { secrets, rehearse_hooks } = site.subject.database.disaster;
  const rotated: Rotated[] = [];
  for (const { name, where, proof } of secrets) {
    const what = `${name} (${where})`;
    if (proof === undefined) {
      rotated.push({ name: what, state: "inconclusive", why: "the plan names no proof; a person signs" });
    } else if (rehearse && !rehearse_hooks) {
      rotated.push({ name: what, state: "inconclusive", why: "its proof is not rehearsed" });
    } else {
      const well = await runProof(site, proof, rehearse);
      const why = well ? "its proof ended with 0" : "its proof did not end with 0";
      rotated.push({ name: what, state: well ? "proven" : "old", why });
    }
  }
  return rotated;
}

/**
 * Has the team's command rotate the other secrets, and goes through the list of them: each with a proof that the old one
 * is refused, or the word that there is none. What is old or not proven is for a person.
 */
export async function rotateSecrets(site: Site, order: RotationOrder): Promise<StepResult> {
  const since = { ITHACA_SINCE: order.since.toISOString() };
  const hook = await hookStep(site, "secrets", since, order.rehearse);
  const list = [...(await functionSecrets(order)), ...(await plannedSecrets(site, order))];
  const says = [hook.says, ...list.map(({ name, state, why }) => `${name}: ${state}, ${why}.`)].join(" ");
  if (list.length === 0) return { ...hook, says: `${says} The plan lists no other secrets, and no function has one.` };
  if (list.every(({ state }) => state === "proven")) return { state: "done", says };
  return { state: order.rehearse ? "by_hand" : "waiting", says };
}
