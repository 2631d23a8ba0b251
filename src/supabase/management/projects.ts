import { z } from "zod";
import type { Aftermath, ManagementApi } from "./client.ts";
import { PlatformError } from "./errors.ts";
import { instant, nothing, segment } from "./fields.ts";
import { waitUntil } from "./wait.ts";

/*
 * Projects, their state and their health. States are the API's words; one that is not known here is shown as it is
 * and never taken for healthy.
 */

const project = z.object({
  ref: z.string(),
  organization_slug: z.string(),
  name: z.string(),
  region: z.string(),
  status: z.string(),
  created_at: instant,
  database: z.object({ host: z.string(), version: z.string() }).optional(),
});

export type Project = z.output<typeof project>;

/** The state in which a project serves everybody. */
export const healthy = "ACTIVE_HEALTHY";

/** States that a project passes through by itself. */
export const passing: readonly string[] = [
  "COMING_UP",
  "RESTORING",
  "UPGRADING",
  "RESTARTING",
  "RESIZING",
  "PAUSING",
  "GOING_DOWN",
];

export function getProject(api: ManagementApi, ref: string): Promise<Project> {
  return api.call({ method: "GET", path: `/v1/projects/${segment(ref)}`, answer: project });
}

export function listProjects(api: ManagementApi): Promise<Project[]> {
  return api.call({ method: "GET", path: "/v1/projects", answer: z.array(project) });
}

/** What a new project is made with. */
export interface NewProject {
  readonly name: string;
  readonly organization: string;
  /** Region code of the provider, such as `eu-central-1`. */
  readonly region: string;
  readonly databasePassword: string;
  /** Such as `micro`; the smallest of the account's plan without it. */
  readonly instanceSize?: string;
}

/**
 * Makes a project. Where the answer is lost it is looked for by its name, which must therefore be one that no other
 * project has.
 */
export function createProject(api: ManagementApi, order: NewProject): Promise<Project> {
  const aftermath = async (): Promise<Aftermath<Project>> => {
    const found = (await listProjects(api)).find(
      ({ name, organization_slug }) => name === order.name && organization_slug === order.organization,
    );
    return found === undefined ? { state: "not_done" } : { state: "done", value: found };
  };
  return api.call({
    method: "POST",
    path: "/v1/projects",
    body: {
      name: order.name,
      organization_slug: order.organization,
      db_pass: order.databasePassword,
      region_selection: { type: "specific", code: order.region },
      ...(order.instanceSize === undefined ? {} : { desired_instance_size: order.instanceSize }),
    },
    answer: project,
    aftermath,
  });
}

/** Deletes a project with its backups; one that is gone already is fine. */
export async function deleteProject(api: ManagementApi, ref: string): Promise<void> {
  await ignoringAbsence(() => api.call({ method: "DELETE", path: `/v1/projects/${segment(ref)}`, answer: nothing }));
}

/** Does something that is done already where the API answers 404. */
export async function ignoringAbsence(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof PlatformError) || thrown.status !== 404) throw thrown;
  }
}

/**
 * Waits until a project serves again, as after a restore.
 *
 * @param seconds the limit
 * @throws platform.not_reached, also where the project ends in a state that it does not leave by itself
 */
export function waitUntilHealthy(
  api: ManagementApi,
  ref: string,
  seconds: number,
  note?: (text: string) => void,
): Promise<Project> {
  const what = `Project ${ref} in the state ${healthy}`;
  return waitUntil(
    api,
    what,
    seconds,
    async () => {
      const found = await getProject(api, ref);
      return found.status === healthy ? { done: true, value: found } : { done: false, state: found.status };
    },
    note,
  );
}

const serviceHealth = z.object({
  name: z.string(),
  status: z.string().optional(),
  healthy: z.boolean().optional(),
  error: z.string().nullish(),
});

export interface ServiceHealth {
  readonly name: string;
  readonly status: string;
  readonly healthy: boolean;
}

/** Asks each service of a project how it is; its own error text is not passed on, since it may hold anything. */
export async function getHealth(
  api: ManagementApi,
  ref: string,
  services: readonly string[],
): Promise<ServiceHealth[]> {
  const found = await api.call({
    method: "GET",
    path: `/v1/projects/${segment(ref)}/health`,
    query: { services: services.join(","), timeout_ms: "10000" },
    answer: z.array(serviceHealth),
  });
  return found.map(({ name, status, healthy: old }) => {
    const well = status === undefined ? old === true : status === healthy;
    return { name, status: status ?? (well ? healthy : "UNHEALTHY"), healthy: well };
  });
}

const entitlements = z.object({
  entitlements: z.array(
    z.object({
      feature: z.object({ key: z.string() }),
      hasAccess: z.boolean(),
      config: z.object({ value: z.number().optional(), unlimited: z.boolean().optional() }),
    }),
  ),
});

/**
 * Days for which the account's plan keeps the platform's backups.
 *
 * @returns null where the API does not tell, `Infinity` where there is no limit
 */
export async function getBackupRetentionDays(api: ManagementApi, organization: string): Promise<number | null> {
  const path = `/v1/organizations/${segment(organization)}/entitlements`;
  const { entitlements: all } = await api.call({ method: "GET", path, answer: entitlements });
  const entry = all.find(({ feature }) => feature.key === "backup.retention_days");
  if (entry === undefined) return null;
  if (!entry.hasAccess) return 0;
  return entry.config.unlimited === true ? Number.POSITIVE_INFINITY : (entry.config.value ?? null);
}
