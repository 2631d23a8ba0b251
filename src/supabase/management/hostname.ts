import { z } from "zod";
import type { ManagementApi } from "./client.ts";
import { segment } from "./fields.ts";

const hostname = z.object({ status: z.string(), custom_hostname: z.string() });

/** `1_not_started` to `5_services_reconfigured`, and the name. */
export type CustomHostname = z.output<typeof hostname>;

const path = (ref: string) => `/v1/projects/${segment(ref)}/custom-hostname`;

/** Begins to set a name of the team's own up; its DNS must point to the project first. */
export function initializeHostname(api: ManagementApi, ref: string, name: string): Promise<CustomHostname> {
  const body = { custom_hostname: name };
  return api.call({ method: "POST", path: `${path(ref)}/initialize`, body, answer: hostname, repeatable: true });
}

/** Has the DNS looked at again. */
export function reverifyHostname(api: ManagementApi, ref: string): Promise<CustomHostname> {
  return api.call({ method: "POST", path: `${path(ref)}/reverify`, answer: hostname, repeatable: true });
}

/** Switches the project to the name. */
export function activateHostname(api: ManagementApi, ref: string): Promise<CustomHostname> {
  return api.call({ method: "POST", path: `${path(ref)}/activate`, answer: hostname, repeatable: true });
}
