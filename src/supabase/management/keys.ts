import { z } from "zod";
import { registerSecret } from "../../base/redact.ts";
import type { Aftermath, ManagementApi } from "./client.ts";
import { instant, nothing, segment } from "./fields.ts";
import { ignoringAbsence } from "./projects.ts";

/* API keys, signing keys and secrets: what is rotated after an attack. Values are registered as secrets when read. */

const apiKey = z.object({
  id: z.string().nullish(),
  type: z.string().nullish(),
  name: z.string(),
  api_key: z
    .string()
    .nullish()
    .transform((value) => {
      registerSecret(value ?? undefined);
      return value;
    }),
  inserted_at: instant.nullish(),
});

export type ApiKey = z.output<typeof apiKey>;

const keysPath = (ref: string) => `/v1/projects/${segment(ref)}/api-keys`;

/** @param reveal whether the values are asked for too, which needs the permission `api_gateway_keys_read` */
export function listApiKeys(api: ManagementApi, ref: string, reveal = false): Promise<ApiKey[]> {
  return api.call({ method: "GET", path: keysPath(ref), query: { reveal: String(reveal) }, answer: z.array(apiKey) });
}

/** Makes an API key with its value in the answer. @param name 4 to 64 of `a-z`, `0-9` and `_`, and new */
export function createApiKey(
  api: ManagementApi,
  ref: string,
  { type, name }: { readonly type: "publishable" | "secret"; readonly name: string },
): Promise<ApiKey> {
  const aftermath = async (): Promise<Aftermath<ApiKey>> => {
    const found = (await listApiKeys(api, ref, true)).find((key) => key.name === name && key.type === type);
    return found === undefined ? { state: "not_done" } : { state: "done", value: found };
  };
  return api.call({
    method: "POST",
    path: keysPath(ref),
    query: { reveal: "true" },
    body: { type, name },
    answer: apiKey,
    aftermath,
  });
}

/** Deletes an API key; whoever uses it is shut out at once. One that is gone already is fine. */
export async function deleteApiKey(
  api: ManagementApi,
  ref: string,
  id: string,
  reason: { readonly compromised: boolean; readonly text: string },
): Promise<void> {
  const query = { was_compromised: String(reason.compromised), reason: reason.text };
  const path = `${keysPath(ref)}/${segment(id)}`;
  await ignoringAbsence(() => api.call({ method: "DELETE", path, query, answer: nothing }));
}

const legacy = z.object({ enabled: z.boolean() });

/** Whether the old `anon` and `service_role` keys are taken. */
export async function legacyKeysEnabled(api: ManagementApi, ref: string): Promise<boolean> {
  return (await api.call({ method: "GET", path: `${keysPath(ref)}/legacy`, answer: legacy })).enabled;
}

/** Turns the old `anon` and `service_role` keys on or off. */
export async function setLegacyKeys(api: ManagementApi, ref: string, enabled: boolean): Promise<void> {
  const query = { enabled: String(enabled) };
  await api.call({ method: "PUT", path: `${keysPath(ref)}/legacy`, query, answer: legacy });
}

const signingKey = z.object({
  id: z.string(),
  algorithm: z.string(),
  status: z.string(),
  created_at: instant,
});

export type SigningKey = z.output<typeof signingKey>;

const signingPath = (ref: string) => `/v1/projects/${segment(ref)}/config/auth/signing-keys`;

export async function listSigningKeys(api: ManagementApi, ref: string): Promise<SigningKey[]> {
  const answer = z.object({ keys: z.array(signingKey) });
  return (await api.call({ method: "GET", path: signingPath(ref), answer })).keys;
}

/** Makes a signing key that waits for its turn; where one waits already, the API takes no second. */
export function createStandbyKey(
  api: ManagementApi,
  ref: string,
  algorithm: "ES256" | "RS256" | "EdDSA" | "HS256",
): Promise<SigningKey> {
  const aftermath = async (): Promise<Aftermath<SigningKey>> => {
    const found = (await listSigningKeys(api, ref)).find(({ status }) => status === "standby");
    return found === undefined ? { state: "not_done" } : { state: "done", value: found };
  };
  const body = { algorithm, status: "standby" };
  return api.call({ method: "POST", path: signingPath(ref), body, answer: signingKey, aftermath });
}

/** Takes a key into use, or revokes it: every token that it has signed is then refused. */
export function setSigningKey(
  api: ManagementApi,
  ref: string,
  id: string,
  status: "in_use" | "previously_used" | "revoked",
): Promise<SigningKey> {
  const path = `${signingPath(ref)}/${segment(id)}`;
  return api.call({ method: "PATCH", path, body: { status }, answer: signingKey });
}

const secret = z.object({ name: z.string(), updated_at: instant.optional() });

const secretsPath = (ref: string) => `/v1/projects/${segment(ref)}/secrets`;

/** Names of the secrets of the project's functions, and when each was last set; values are never read. */
export function listSecrets(api: ManagementApi, ref: string): Promise<z.output<typeof secret>[]> {
  return api.call({ method: "GET", path: secretsPath(ref), answer: z.array(secret) });
}

/** Sets secrets of the project's functions; names that begin with `SUPABASE_` are the platform's own. */
export async function setSecrets(
  api: ManagementApi,
  ref: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  for (const value of Object.values(values)) registerSecret(value);
  const body = Object.entries(values).map(([name, value]) => ({ name, value }));
  await api.call({ method: "POST", path: secretsPath(ref), body, answer: nothing, repeatable: true });
}
