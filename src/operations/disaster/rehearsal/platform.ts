import { randomBytes } from "node:crypto";
import type { NotCovered } from "../../../proof/types.ts";
import { standInPlatform } from "../../../recovery/disaster/stand-in/platform.ts";
import { deleteProject } from "../../../supabase/management/projects.ts";
import { type PlatformAccess, platformAccess, usualNames } from "../../../supabase/management/settings.ts";
import { makeProject } from "../platform-project.ts";
import type { Site } from "../site.ts";

/** The platform of a rehearsal, and the site as its steps see it. */
export interface RehearsedPlatform {
  readonly site: Site;
  readonly notCovered: readonly NotCovered[];
}

/**
 * The platform that a rehearsal asks: the one of SUPABASE_API_URL where that is set, and else a stand-in on this machine,
 * so that every call of a step is made and its answer judged, and nobody's project is touched.
 */
export async function rehearsedPlatform(site: Site, stack: AsyncDisposableStack): Promise<RehearsedPlatform> {
  const { context, subject } = site;
  if ((context.environment.SUPABASE_API_URL ?? "") !== "") return { site, notCovered: [] };
  const { url, token, project } = stack.use(await standInPlatform(() => context.clock.now()));
  const names = subject.database.managed ?? usualNames;
  const environment = {
    ...context.environment,
    SUPABASE_API_URL: url,
    SUPABASE_STATUS_URL: url,
    SUPABASE_GATEWAY_URL: `${url}/gateway/{ref}`,
    [names.token_secret]: token,
    [names.project_ref_secret]: project.ref,
  };
  return {
    site: { ...site, context: { ...context, environment } },
    notCovered: [
      {
        what: "the platform itself",
        why: "a stand-in on this machine answered in its place; with SUPABASE_API_URL and a token a project is made there, used and deleted",
      },
    ],
  };
}

/**
 * A project of the rehearsal's own on that platform, which is deleted afterwards: keys of a project that is in use are
 * never touched.
 */
export async function ownProject(
  site: Site,
  stack: AsyncDisposableStack,
): Promise<PlatformAccess & { readonly own: string }> {
  const { context, subject } = site;
  const access = platformAccess(context.environment, subject.database.managed ?? usualNames, context.signal);
  const name = `ithaca-rehearsal-${randomBytes(4).toString("hex")}`;
  const { ref } = await makeProject(site, access, { name, password: randomBytes(18).toString("base64url") });
  stack.defer(() => deleteProject(access.api, ref));
  return { ...access, own: ref };
}
