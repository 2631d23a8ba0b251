import { randomBytes } from "node:crypto";
import type { StepResult } from "../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../recovery/disaster/errors.ts";
import type { ManagementApi } from "../../supabase/management/client.ts";
import {
  createApiKey,
  createStandbyKey,
  deleteApiKey,
  legacyKeysEnabled,
  listApiKeys,
  listSigningKeys,
  setLegacyKeys,
  setSigningKey,
} from "../../supabase/management/keys.ts";
import { createProject, getProject, type Project, waitUntilHealthy } from "../../supabase/management/projects.ts";
import type { PlatformAccess } from "../../supabase/management/settings.ts";
import { done, type Site } from "./site.ts";

/** Seconds that a new project may take to serve. */
const projectLimit = 15 * 60;

/** Makes a project like the lost one, as far as the platform still tells, and else as the plan says. */
export async function makeProject(
  { subject }: Site,
  { api, ref }: PlatformAccess,
  { name, password }: { name: string; password: string },
): Promise<Project> {
  const { project } = subject.database.disaster;
  const lost = project.organization !== undefined && project.region !== undefined ? null : await getProject(api, ref);
  const made = await createProject(api, {
    name,
    organization: project.organization ?? lost?.organization_slug ?? "",
    region: project.region ?? lost?.region ?? "",
    databasePassword: password,
    ...(project.size === undefined ? {} : { instanceSize: project.size }),
  });
  return await waitUntilHealthy(api, made.ref, projectLimit);
}

/** New keys beside the old ones: nobody is shut out yet. The names tell later steps which ones are new. */
export async function makeKeys(api: ManagementApi, ref: string, known: string | undefined): Promise<StepResult> {
  const suffix = known ?? randomBytes(4).toString("hex");
  const names = { publishable: `app_${suffix}`, secret: `server_${suffix}` } as const;
  const there = new Set((await listApiKeys(api, ref)).map(({ name }) => name));
  for (const type of ["publishable", "secret"] as const) {
    if (!there.has(names[type])) await createApiKey(api, ref, { type, name: names[type] });
  }
  const standby = (await listSigningKeys(api, ref)).find(({ status }) => status === "standby");
  if (standby === undefined) await createStandbyKey(api, ref, "ES256");
  return done(`Made ${names.publishable} and ${names.secret}, and a signing key that waits.`, { key_suffix: suffix });
}

/** Takes every key but the new ones away, and looks whether one is left. @throws disaster.key_left */
export async function revokeKeys(api: ManagementApi, ref: string, suffix: string): Promise<StepResult> {
  const signing = await listSigningKeys(api, ref);
  const standby = signing.find(({ status }) => status === "standby");
  if (standby !== undefined) await setSigningKey(api, ref, standby.id, "in_use");
  const inUse = standby?.id ?? signing.find(({ status }) => status === "in_use")?.id;
  for (const { id, status } of signing) {
    if (id !== inUse && status !== "revoked") await setSigningKey(api, ref, id, "revoked");
  }
  await setLegacyKeys(api, ref, false);
  const old = async () =>
    (await listApiKeys(api, ref)).filter(({ type, name }) => type !== "legacy" && !name.endsWith(`_${suffix}`));
  const text = "rotated after an attack";
  for (const { id } of await old()) if (id != null) await deleteApiKey(api, ref, id, { compromised: true, text });
  const left = (await old()).map(({ name }) => name);
  if (left.length > 0) throw disasterErrors.key_left({ what: left.join(", ") });
  if (await legacyKeysEnabled(api, ref)) throw disasterErrors.key_left({ what: "the legacy keys" });
  const signed = (await listSigningKeys(api, ref)).filter(({ id, status }) => id !== inUse && status !== "revoked");
  if (signed.length > 0) throw disasterErrors.key_left({ what: `${signed.length} signing keys` });
  return done("Legacy keys are off, every old key is deleted or revoked.");
}
