import type { StepAction } from "../../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../../recovery/disaster/errors.ts";
import { currentOutage, outageSeconds, readIncidents } from "../../../supabase/status-page.ts";
import { openVault } from "../../../vault/vault.ts";
import { describePlan, planMerge } from "../merge.ts";
import { done, hookStep, type Site, waiting } from "../site.ts";
import { person, restore } from "./common.ts";

/** After so many seconds of an outage the plan leaves. */
const patience = 3600;

async function mergeStep(site: Site): ReturnType<StepAction> {
  const { context, subject, options } = site;
  const [restored, project, own] = options.merge ?? [];
  if (restored === undefined || project === undefined || own === undefined) {
    return waiting("Add --merge <restored> <project> <own>, the ids of three backups");
  }
  const vault = openVault({ ...context.environment });
  const sides = { restored, project, own };
  const { tables, partedAt } = await planMerge(context, vault, subject, sides);
  return done(describePlan(tables, sides, partedAt));
}

/** Scenario C in earnest. */
export function executeOutage(site: Site): Record<string, StepAction> {
  const { context, options } = site;
  return {
    watch: async () => {
      const incidents = await readIncidents(context.environment, context.signal);
      if (incidents === null) throw disasterErrors.not_watched({});
      const open = currentOutage(incidents);
      const seconds = open === null ? 0 : outageSeconds(open, context.clock.now());
      const says =
        open === null ? "The status page shows no outage." : `${open.name}, for ${Math.round(seconds / 60)} minutes.`;
      return seconds >= patience ? done(says) : waiting(`${says} The plan is to leave after an hour.`);
    },
    restore: () => restore(site, "new", options.backup),
    api: person("Set PostgREST and GoTrue up in front of it, or lead the application straight to the database."),
    environment: () => hookStep(site, "environment", {}, false),
    hostname: () => hookStep(site, "hostname", {}, false),
    census: person("When the provider is back: `npm run ithaca -- backup` of the project, and of the own server."),
    merge: () => mergeStep(site),
    return: person(
      "Bring back what the merge plan names with `npm run ithaca -- recover table`, and lead the application back.",
    ),
  };
}
