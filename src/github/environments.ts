import type { GitHub } from "./client.ts";
import { explain, statusOf } from "./explain.ts";
import { tasks } from "./tasks.ts";

/** An environment of the repository, as far as it keeps a job back. */
export interface Environment {
  readonly name: string;
  /** Whether somebody has to approve each job. */
  readonly reviewed: boolean;
}

/**
 * The environments of the repository; null where GitHub has none to tell of, as in private repositories of some accounts.
 * Needs `actions: read` (https://docs.github.com/rest/deployments/environments#list-environments).
 */
export async function readEnvironments(github: GitHub): Promise<readonly Environment[] | null> {
  try {
    const { data } = await github.tryTo((client, where) =>
      client.rest.repos.getAllEnvironments({ ...where, per_page: 100 }),
    );
    return (data.environments ?? []).map(({ name, protection_rules }) => ({
      name,
      reviewed: protection_rules?.some(({ type }) => type === "required_reviewers") === true,
    }));
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw explain(error, { repository: github.repository, task: tasks.readRuns });
  }
}
