import { createProject, getProject, type Project, waitUntilHealthy } from "../../supabase/management/projects.ts";
import type { PlatformAccess } from "../../supabase/management/settings.ts";
import type { Site } from "./site.ts";

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
