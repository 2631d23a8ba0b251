import { randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import { projectOf, Refusal, type Route } from "./route.ts";

const newKey = z.object({ type: z.enum(["publishable", "secret"]), name: z.string() });
const newSigningKey = z.object({ algorithm: z.string(), status: z.string().default("standby") });
const secrets = z.array(z.object({ name: z.string(), value: z.string() }));

export const keyRoutes: Readonly<Record<string, Route>> = {
  "GET /v1/projects/{ref}/api-keys": (request, world) => {
    const reveal = request.query.get("reveal") === "true";
    return projectOf(request, world).apiKeys.map((key) => ({
      ...key,
      api_key: reveal ? key.api_key : `${key.api_key.slice(0, 12)}…`,
    }));
  },
  "POST /v1/projects/{ref}/api-keys": (request, world) => {
    const project = projectOf(request, world);
    const { type, name } = newKey.parse(request.body);
    if (project.apiKeys.some((key) => key.name === name)) throw new Refusal(400, "An API key with that name exists");
    const at = world.now().toISOString();
    const api_key = `sb_${type}_${randomBytes(12).toString("hex")}`;
    const key = { id: randomUUID(), type, name, api_key, inserted_at: at, updated_at: at };
    project.apiKeys.push(key);
    return key;
  },
  "DELETE /v1/projects/{ref}/api-keys/{id}": (request, world) => {
    const project = projectOf(request, world);
    const found = project.apiKeys.find(({ id }) => id === request.params.id);
    if (found === undefined) throw new Refusal(404, "API key not found");
    project.apiKeys = project.apiKeys.filter((key) => key !== found);
    return found;
  },
  "GET /v1/projects/{ref}/api-keys/legacy": (request, world) => ({ enabled: projectOf(request, world).legacyKeys }),
  "PUT /v1/projects/{ref}/api-keys/legacy": (request, world) => {
    const project = projectOf(request, world);
    project.legacyKeys = request.query.get("enabled") === "true";
    return { enabled: project.legacyKeys };
  },
  "GET /v1/projects/{ref}/config/auth/signing-keys": (request, world) => ({
    keys: projectOf(request, world).signingKeys,
  }),
  "POST /v1/projects/{ref}/config/auth/signing-keys": (request, world) => {
    const project = projectOf(request, world);
    const { algorithm, status } = newSigningKey.parse(request.body);
    if (project.signingKeys.some((key) => key.status === "standby")) {
      throw new Refusal(400, "A standby signing key already exists");
    }
    const at = world.now().toISOString();
    const key = { id: randomUUID(), algorithm, status, created_at: at, updated_at: at };
    project.signingKeys.push(key);
    return key;
  },
  "PATCH /v1/projects/{ref}/config/auth/signing-keys/{id}": (request, world) => {
    const { signingKeys } = projectOf(request, world);
    const { status } = z.object({ status: z.string() }).parse(request.body);
    const key = signingKeys.find(({ id }) => id === request.params.id);
    if (key === undefined) throw new Refusal(404, "Signing key not found");
    if (status === "revoked" && key.status === "in_use") throw new Refusal(400, "A key in use cannot be revoked");
    const before = signingKeys.find((one) => one.status === "in_use");
    if (status === "in_use" && before !== undefined) before.status = "previously_used";
    key.status = status;
    key.updated_at = world.now().toISOString();
    return key;
  },
  "GET /v1/projects/{ref}/secrets": (request, world) =>
    [...projectOf(request, world).secrets].map(([name, { updated_at }]) => ({
      name,
      value: "0".repeat(64),
      updated_at,
    })),
  "POST /v1/projects/{ref}/secrets": (request, world) => {
    const project = projectOf(request, world);
    const updated_at = world.now().toISOString();
    for (const { name, value } of secrets.parse(request.body)) project.secrets.set(name, { value, updated_at });
    return undefined;
  },
  "DELETE /v1/projects/{ref}/secrets": (request, world) => {
    const project = projectOf(request, world);
    for (const name of z.array(z.string()).parse(request.body)) project.secrets.delete(name);
    return undefined;
  },
};
