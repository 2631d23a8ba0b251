import { readRepository } from "../../github/repository.ts";
import { readSchedules } from "../../github/schedule/read-schedules.ts";
import { getProject } from "../../supabase/management/projects.ts";
import { platformAccess, usualNames } from "../../supabase/management/settings.ts";
import { githubOf } from "../github.ts";
import { environments } from "./environments.ts";
import { type Concern, type Examination, type Patient, subjectOf, variable } from "./types.ts";

/* Supabase and GitHub, as far as the tokens at hand may look. */

async function project(patient: Patient): Promise<string | Concern> {
  const { context } = patient;
  const { managed } = subjectOf(patient).database;
  const names = managed ?? usualNames;
  if (variable(patient, names.token_secret) === null) {
    return {
      message: `${names.token_secret} is not set, so the platform's own backups are not looked at`,
      mend: "make a token at supabase.com/dashboard/account/tokens, as docs/supabase.md says",
    };
  }
  const { api, ref } = platformAccess(context.environment, names, context.signal);
  const { name, status } = await getProject(api, ref);
  return `project ${name}, ${status}`;
}

async function repository({ context }: Patient): Promise<string | Concern> {
  const facts = await readRepository(githubOf(context));
  if (!facts.hasIssues) {
    throw new Error(
      `Issues are switched off in ${facts.page}, so no alarm can be raised; switch them on in its settings.`,
    );
  }
  return `${facts.page}, ${facts.public ? "public" : "private"}`;
}

/** The workflows of the plan's schedules: there, switched on, and what their last runs came to. */
async function workflows(patient: Patient): Promise<string | Concern> {
  const { plan } = subjectOf(patient);
  const facts = await readSchedules(githubOf(patient.context), plan, patient.context.clock.now());
  const known = facts.flatMap(({ workflow }) => (workflow === null ? [] : [workflow]));
  const off = known.filter(({ active }) => !active);
  if (off.length > 0) {
    throw new Error(
      `${off.map(({ path }) => path).join(" and ")} ${off.length === 1 ? "is" : "are"} switched off; enable ${off.length === 1 ? "it" : "them"} at ${off.map(({ url }) => url).join(" ")}.`,
    );
  }
  const failed = known.filter(({ runs }) => runs[0] !== undefined && runs[0].conclusion === "failure");
  if (failed.length > 0) {
    return {
      message: `the last run of ${failed.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)).join(" and ")} failed`,
      mend: `look at ${failed.map(({ runs }) => runs[0]?.url ?? "").join(" ")}`,
    };
  }
  const without = facts.filter(({ workflow }) => workflow === null).map(({ scheduled }) => scheduled.title);
  if (without.length > 0) {
    return {
      message: `GitHub knows no workflow for the ${without.join(", ")}`,
      mend: "push .github/workflows to the default branch; in a fork, switch the workflows on under Actions first",
    };
  }
  return `all ${facts.length} schedules have a workflow, switched on`;
}

/** The examinations of the services around; GitHub's only where there is a token to ask with. */
export function ofServices(patient: Patient): Examination[] {
  const isSupabase = !(patient.subject instanceof Error) && patient.subject.database.platform === "supabase";
  const hasGitHub = variable(patient, "GITHUB_TOKEN") !== null && variable(patient, "GITHUB_REPOSITORY") !== null;
  const unasked: Concern = {
    message: "not looked at: GITHUB_TOKEN and GITHUB_REPOSITORY are not set",
    mend: "start the workflow Doctor by hand, which has both",
  };
  return [
    ...(isSupabase ? [{ id: "platform", title: "Supabase", look: () => project(patient) }] : []),
    {
      id: "repository",
      title: "GitHub: the repository",
      look: async () => (hasGitHub ? repository(patient) : unasked),
    },
    { id: "workflows", title: "GitHub: the workflows", look: async () => (hasGitHub ? workflows(patient) : null) },
    {
      id: "environments",
      title: "GitHub: the environments",
      look: async () => (hasGitHub ? environments(patient) : null),
    },
  ];
}
