import type { GitHub } from "./client.ts";
import { tasks } from "./tasks.ts";

/** What GitHub knows of a repository as far as publishing and alarms need it. */
export interface RepositoryFacts {
  readonly defaultBranch: string;
  /** Everybody may read it. Repositories that are internal to an enterprise are not public. */
  readonly public: boolean;
  readonly hasIssues: boolean;
  /** Its page, such as `https://github.com/acme/shop`. */
  readonly page: string;
}

/** Asks GitHub what kind of repository this is. */
export async function readRepository(github: GitHub): Promise<RepositoryFacts> {
  const { data } = await github.ask(tasks.readRepository, (client, where) => client.rest.repos.get(where));
  return {
    defaultBranch: data.default_branch,
    public: !data.private,
    hasIssues: data.has_issues,
    page: data.html_url,
  };
}
