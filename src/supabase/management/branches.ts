import { z } from "zod";
import { registerSecret } from "../../base/redact.ts";
import type { Aftermath, ManagementApi } from "./client.ts";
import { instant, nothing, segment } from "./fields.ts";
import { ignoringAbsence } from "./projects.ts";

const branch = z.object({
  id: z.string(),
  name: z.string(),
  project_ref: z.string(),
  parent_project_ref: z.string(),
  is_default: z.boolean(),
  status: z.string(),
  with_data: z.boolean().default(false),
  created_at: instant,
});

/** A branch of a project: a project of its own, with a database of its own. */
export type Branch = z.output<typeof branch>;

const detail = z.object({
  ref: z.string(),
  postgres_version: z.string(),
  status: z.string(),
  db_host: z.string(),
  db_port: z.int().min(1),
  db_user: z.string().optional(),
  db_pass: z.string().optional(),
});

/** How to reach a branch's database. */
export type BranchDetail = z.output<typeof detail>;

export function listBranches(api: ManagementApi, ref: string): Promise<Branch[]> {
  return api.call({ method: "GET", path: `/v1/projects/${segment(ref)}/branches`, answer: z.array(branch) });
}

/**
 * Makes a branch with a copy of the project's data, which the platform takes from its own backup. It costs compute and
 * disk like a project of its size until it is deleted.
 *
 * @param name one that no other branch has: by it the branch is found where the answer is lost
 */
export function createBranchWithData(api: ManagementApi, ref: string, name: string): Promise<Branch> {
  const aftermath = async (): Promise<Aftermath<Branch>> => {
    const found = (await listBranches(api, ref)).find((one) => one.name === name);
    return found === undefined ? { state: "not_done" } : { state: "done", value: found };
  };
  return api.call({
    method: "POST",
    path: `/v1/projects/${segment(ref)}/branches`,
    body: { branch_name: name, with_data: true },
    answer: branch,
    aftermath,
  });
}

/** Registers the branch's password as a secret. */
export async function getBranch(api: ManagementApi, branchRef: string): Promise<BranchDetail> {
  const found = await api.call({ method: "GET", path: `/v1/branches/${segment(branchRef)}`, answer: detail });
  registerSecret(found.db_pass);
  return found;
}

/** Deletes a branch with its database; one that is gone already is fine. */
export async function deleteBranch(api: ManagementApi, branchRef: string): Promise<void> {
  const path = `/v1/branches/${segment(branchRef)}`;
  await ignoringAbsence(() => api.call({ method: "DELETE", path, answer: nothing }));
}
