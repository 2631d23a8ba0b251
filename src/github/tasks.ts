/** Something that Ithaca asks GitHub for: how people call it, and which permission a job needs for it. */
export interface Task {
  /** As an infinitive, for sentences such as "the token may not commit reports". */
  readonly what: string;
  /** The line under `permissions:`, by GitHub's list of permissions for the REST API. */
  readonly permission: string;
}

/** Every task there is; https://docs.github.com/rest/authentication/permissions-required-for-github-apps. */
export const tasks = {
  readRepository: { what: "read the repository's settings", permission: "contents: read" },
  readReports: { what: "read the reports", permission: "contents: read" },
  commitReports: { what: "commit reports", permission: "contents: write" },
  readIssues: { what: "read the issues", permission: "issues: read" },
  raiseIssue: { what: "raise an issue", permission: "issues: write" },
  readRuns: { what: "see which workflows ran", permission: "actions: read" },
} as const satisfies Record<string, Task>;
