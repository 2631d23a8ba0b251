import { z } from "zod";
import { freshProject, type ProjectState, statusOf } from "../state.ts";
import { passThrough, projectOf, Refusal, type Route, type World } from "./route.ts";

export function projectAnswer(project: ProjectState, world: World) {
  return {
    id: project.ref,
    ref: project.ref,
    organization_id: project.organization,
    organization_slug: project.organization,
    name: project.name,
    region: project.region,
    created_at: project.createdAt,
    status: statusOf(project, world.now().getTime()),
  };
}

const withDatabase = (project: ProjectState, world: World) => ({
  ...projectAnswer(project, world),
  database: {
    host: `db.${project.ref}.supabase.co`,
    version: "15.8.1.085",
    postgres_engine: "15",
    release_channel: "ga",
  },
});

const newProject = z.object({ name: z.string(), organization_slug: z.string(), db_pass: z.string() });

/** Services answer only where the project does. */
function healthAnswer(project: ProjectState, services: readonly string[], world: World) {
  const up = statusOf(project, world.now().getTime()) === "ACTIVE_HEALTHY";
  return services.map((name) => {
    const healthy = up && !project.unhealthy.has(name);
    return {
      name,
      healthy,
      status: healthy ? "ACTIVE_HEALTHY" : up ? "UNHEALTHY" : "COMING_UP",
      ...(healthy ? {} : { error: "connection refused" }),
    };
  });
}

export const projectRoutes: Readonly<Record<string, Route>> = {
  "GET /v1/projects": (_, world) => [...world.projects.values()].map((project) => withDatabase(project, world)),
  "POST /v1/projects": ({ body }, world) => {
    const { name, organization_slug: organization, db_pass: password } = newProject.parse(body);
    const project = freshProject(world.now(), { name, organization, password });
    passThrough(project, "COMING_UP", world);
    world.projects.set(project.ref, project);
    return projectAnswer(project, world);
  },
  "GET /v1/projects/{ref}": (request, world) => withDatabase(projectOf(request, world), world),
  "DELETE /v1/projects/{ref}": (request, world) => {
    const project = projectOf(request, world);
    world.projects.delete(project.ref);
    return { id: 1, ref: project.ref, name: project.name };
  },
  "GET /v1/projects/{ref}/health": (request, world) => {
    const services = (request.query.get("services") ?? "").split(",").filter((name) => name !== "");
    if (services.length === 0) throw new Refusal(400, "services should not be empty");
    if (Number(request.query.get("timeout_ms") ?? 0) > 10_000)
      throw new Refusal(400, "timeout_ms must not be greater than 10000");
    return healthAnswer(projectOf(request, world), services, world);
  },
  "GET /v1/organizations/{slug}/entitlements": (_, world) => ({
    entitlements: [
      {
        feature: { key: "backup.retention_days", type: "numeric" },
        hasAccess: world.retentionDays > 0,
        type: "numeric",
        config: { enabled: true, value: world.retentionDays, unlimited: false, unit: "days" },
      },
    ],
  }),
  "GET /v1/projects/{ref}/config/database/pooler": (request, world) => {
    const { ref, pooler } = projectOf(request, world);
    const url = `postgres://${pooler.user}:[YOUR-PASSWORD]@${pooler.host}:6543/${pooler.database}`;
    return [
      {
        identifier: ref,
        database_type: "PRIMARY",
        is_using_scram_auth: true,
        db_user: pooler.user,
        db_host: pooler.host,
        db_port: 6543,
        db_name: pooler.database,
        connection_string: url,
        connectionString: url,
        default_pool_size: 15,
        max_client_conn: null,
        pool_mode: "transaction",
      },
    ];
  },
  "POST /v1/projects/{ref}/database/query": (request, world) => {
    const { query } = z.object({ query: z.string() }).parse(request.body);
    const project = projectOf(request, world);
    if (!/pg_database_size/.test(query)) throw new Refusal(400, "the stand-in knows no such query");
    return [{ bytes: String(project.databaseBytes) }];
  },
  "PATCH /v1/projects/{ref}/database/password": (request, world) => {
    projectOf(request, world).password = z.object({ password: z.string() }).parse(request.body).password;
    return { message: "Successfully updated password" };
  },
};
