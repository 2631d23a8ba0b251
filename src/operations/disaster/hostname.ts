import type { StepResult } from "../../recovery/disaster/drive-steps.ts";
import { activateHostname, initializeHostname, reverifyHostname } from "../../supabase/management/hostname.ts";
import { apiOf, done, hookStep, type Site, waiting } from "./site.ts";

/** What the platform says when a hostname leads to a project. */
const served = "5_services_reconfigured";

/**
 * Leads people to the new database: by the team's command, and where the plan names a custom hostname by the platform's API,
 * which is asked to set it up, to look at its DNS, and to switch. A DNS that is not there yet is for a person.
 */
export async function switchHostname(
  site: Site,
  ref: string | undefined,
  env: Readonly<Record<string, string>>,
): Promise<StepResult> {
  const { hostname } = site.subject.database.disaster.project;
  const access = apiOf(site);
  if (hostname === undefined || access === null || ref === undefined) {
    return await hookStep(site, "hostname", env, false);
  }
  if (site.subject.database.disaster.hooks.hostname !== undefined) await hookStep(site, "hostname", env, false);
  await initializeHostname(access.api, ref, hostname);
  await reverifyHostname(access.api, ref);
  const { status } = await activateHostname(access.api, ref);
  return status === served
    ? done(`${hostname} leads to the new project: the API says ${status}.`)
    : waiting(`${hostname} is not there yet: the API says ${status}. Look at its DNS.`);
}
