import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type BranchState, freshProject, statusOf } from "../state.ts";
import { passThrough, projectOf, Refusal, type Route, type World } from "./route.ts";

const newBranch = z.object({ branch_name: z.string(), with_data: z.boolean().default(false) });

function branchAnswer(branch: BranchState, world: World) {
  const status = statusOf(branch.project, world.now().getTime());
  return {
    id: branch.id,
    name: branch.name,
    project_ref: branch.project.ref,
    parent_project_ref: branch.parent,
    is_default: false,
    persistent: false,
    status: status === "COMING_UP" ? "CREATING_PROJECT" : "FUNCTIONS_DEPLOYED",
    created_at: branch.createdAt,
    updated_at: branch.createdAt,
    with_data: branch.withData,
    preview_project_status: status,
  };
}

/** The reference of a branch, or its old id. */
function branchOf(wanted: string | undefined, world: World): BranchState {
  const found = [...world.branches.values()].find(({ id, project }) => id === wanted || project.ref === wanted);
  if (found === undefined) throw new Refusal(404, "Branch not found");
  return found;
}

export const branchRoutes: Readonly<Record<string, Route>> = {
  "GET /v1/projects/{ref}/branches": (request, world) => {
    const { ref } = projectOf(request, world);
    return [...world.branches.values()].filter(({ parent }) => parent === ref).map((one) => branchAnswer(one, world));
  },
  "POST /v1/projects/{ref}/branches": async (request, world) => {
    const parent = projectOf(request, world);
    const { branch_name: name, with_data: withData } = newBranch.parse(request.body);
    if ([...world.branches.values()].some((one) => one.parent === parent.ref && one.name === name)) {
      throw new Refusal(400, `Branch with name ${name} already exists`);
    }
    const project = freshProject(world.now(), { name });
    const database = withData && world.copyDatabase !== null ? await world.copyDatabase(parent, project.ref) : null;
    if (database !== null) project.pooler = database;
    passThrough(project, "COMING_UP", world);
    const createdAt = world.now().toISOString();
    const branch = { id: randomUUID(), name, parent: parent.ref, project, withData, createdAt, database };
    world.branches.set(branch.id, branch);
    return branchAnswer(branch, world);
  },
  "GET /v1/branches/{branch}": ({ params }, world) => {
    const { project, database } = branchOf(params.branch, world);
    return {
      ref: project.ref,
      postgres_version: "15.8.1.085",
      postgres_engine: "15",
      release_channel: "ga",
      status: statusOf(project, world.now().getTime()),
      db_host: `db.${project.ref}.supabase.co`,
      db_port: 5432,
      db_user: "postgres",
      db_pass: database?.password ?? project.password,
    };
  },
  "DELETE /v1/branches/{branch}": async ({ params }, world) => {
    const branch = branchOf(params.branch, world);
    world.branches.delete(branch.id);
    await branch.database?.[Symbol.asyncDispose]();
    return { message: "ok" };
  },
};
