import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type StandInProject, standInKey, standInProject } from "./state.ts";

/*
 * What the stand-in answers: the calls of Supabase's Management API that the steps against a disaster make, in the shapes
 * that the API documents, with the state that they change.
 */

/** What a route is asked. */
export interface Asked {
  readonly project: StandInProject;
  readonly projects: Map<string, StandInProject>;
  /** The last parts of the path, behind the project's own. */
  readonly id: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Now, ISO 8601 UTC. */
  readonly at: string;
}

/** An answer other than success. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const about = ({ ref, name, organization_slug, region, created_at }: StandInProject) => ({
  id: ref,
  ref,
  organization_id: organization_slug,
  organization_slug,
  name,
  region,
  created_at,
  status: "ACTIVE_HEALTHY",
});
const withDatabase = (project: StandInProject) => ({
  ...about(project),
  database: {
    host: `db.${project.ref}.supabase.co`,
    version: "17.6.1.011",
    postgres_engine: "17",
    release_channel: "ga",
  },
});

const newProject = z.object({
  name: z.string(),
  organization_slug: z.string(),
  region_selection: z.object({ code: z.string() }),
});
const newKey = z.object({ type: z.enum(["publishable", "secret"]), name: z.string() });
const found = <T>(one: T | undefined): T => {
  if (one === undefined) throw new Refused(404, "not found");
  return one;
};

function changeSigningKey({ project, id, body }: Asked) {
  const key = found(project.signing.find((one) => one.id === id));
  const { status } = z.object({ status: z.string() }).parse(body);
  if (status === "revoked" && key.status === "in_use") throw new Refused(400, "A key in use cannot be revoked");
  const used = project.signing.find((one) => one.status === "in_use");
  if (status === "in_use" && used !== undefined) used.status = "previously_used";
  key.status = status;
  return { ...key, updated_at: key.created_at };
}

/** By method and path; `:ref` and `:id` stand for one part each. */
export const routes: Readonly<Record<string, (asked: Asked) => unknown>> = {
  "GET /v1/projects": ({ projects }) => [...projects.values()].map(withDatabase),
  "POST /v1/projects": ({ projects, body, at }) => {
    const { name, organization_slug, region_selection } = newProject.parse(body);
    const made = standInProject({ name, organization_slug, region: region_selection.code }, at);
    projects.set(made.ref, made);
    return about(made);
  },
  "GET /v1/projects/:ref": ({ project }) => withDatabase(project),
  "DELETE /v1/projects/:ref": ({ project, projects }) => {
    projects.delete(project.ref);
    return { id: 1, ref: project.ref, name: project.name };
  },
  "GET /v1/projects/:ref/health": ({ query }) =>
    (query.get("services") ?? "").split(",").map((name) => ({ name, healthy: true, status: "ACTIVE_HEALTHY" })),
  "GET /v1/projects/:ref/api-keys": ({ project, query }) =>
    project.keys.map((key) => ({ ...key, api_key: query.get("reveal") === "true" ? key.api_key : "hidden" })),
  "POST /v1/projects/:ref/api-keys": ({ project, body, at }) => {
    const { type, name } = newKey.parse(body);
    if (project.keys.some((key) => key.name === name)) throw new Refused(400, "An API key with that name exists");
    const key = standInKey(type, name, at);
    project.keys.push(key);
    return key;
  },
  "DELETE /v1/projects/:ref/api-keys/:id": ({ project, id }) => {
    const key = found(project.keys.find((one) => one.id === id));
    project.keys = project.keys.filter((one) => one !== key);
    return key;
  },
  "GET /v1/projects/:ref/api-keys/legacy": ({ project }) => ({ enabled: project.legacy }),
  "PUT /v1/projects/:ref/api-keys/legacy": ({ project, query }) => {
    project.legacy = query.get("enabled") === "true";
    return { enabled: project.legacy };
  },
  "GET /v1/projects/:ref/config/auth/signing-keys": ({ project }) => ({
    keys: project.signing.map((key) => ({ ...key, updated_at: key.created_at })),
  }),
  "POST /v1/projects/:ref/config/auth/signing-keys": ({ project, body, at }) => {
    const { algorithm } = z.object({ algorithm: z.string() }).parse(body);
    if (project.signing.some(({ status }) => status === "standby"))
      throw new Refused(400, "A standby key exists already");
    const key = { id: randomUUID(), algorithm, status: "standby", created_at: at };
    project.signing.push(key);
    return { ...key, updated_at: at };
  },
  "PATCH /v1/projects/:ref/config/auth/signing-keys/:id": changeSigningKey,
  "GET /v1/projects/:ref/secrets": ({ project }) =>
    [...project.secrets].map(([name, updated_at]) => ({ name, value: "0".repeat(64), updated_at })),
  "POST /v1/projects/:ref/secrets": ({ project, body, at }) => {
    for (const { name } of z.array(z.object({ name: z.string() })).parse(body)) project.secrets.set(name, at);
    return undefined;
  },
};
