import { defineErrors, entry } from "../base/errors.ts";

/** What was being done, for whom, and what GitHub answered. */
interface Refusal {
  readonly repository: string;
  /** As an infinitive: `commit reports`. */
  readonly what: string;
  /** GitHub's own words, redacted and short. */
  readonly said: string;
}

const refusal: Refusal = { repository: "acme/shop", what: "commit reports", said: "Bad credentials" };

/** A line of a job's `permissions:`, such as `contents: write`. */
type Permission = Refusal & { readonly permission: string };

export const githubErrors = defineErrors("github", {
  not_configured: entry({
    kind: "surroundings",
    says: (p: { missing: readonly string[] }) => `GitHub cannot be asked: ${p.missing.join(" and ")} not set`,
    mend: () =>
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's workflows, as it is to be written
      "give the step `env: GITHUB_TOKEN: ${{ github.token }}`; the rest is there on every runner, and elsewhere GITHUB_REPOSITORY is owner/name",
    example: { missing: ["GITHUB_TOKEN"] },
  }),
  bad_repository: entry({
    kind: "input",
    says: (p: { repository: string }) => `GITHUB_REPOSITORY is ${p.repository}, which is no owner/name`,
    mend: () => "set it to the repository's owner and name, such as acme/shop",
    example: { repository: "shop" },
  }),
  bad_url: entry({
    kind: "input",
    says: (p: { why: string }) => `GITHUB_API_URL is not a usable address: ${p.why}`,
    mend: () => "write it as https://api.github.com or https://<server>/api/v3, or unset it",
    example: { why: "it cannot be parsed" },
  }),
  bad_credentials: entry({
    kind: "surroundings",
    says: (p: Refusal) =>
      `GitHub refused the token of this run, so it could not ${p.what} in ${p.repository} (${p.said})`,
    mend: () =>
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's workflows, as it is to be written
      "use the job's own token, `GITHUB_TOKEN: ${{ github.token }}`, or one that has not expired",
    example: refusal,
  }),
  forbidden: entry({
    kind: "surroundings",
    says: (p: Permission) => `The token of this run may not ${p.what} in ${p.repository} (${p.said})`,
    mend: (p) =>
      `write \`permissions: ${p.permission}\` into the job of the workflow; a run that a pull request from a fork started never gets it, so start it from the repository itself`,
    example: { ...refusal, said: "Resource not accessible by integration", permission: "contents: write" },
  }),
  archived: entry({
    kind: "surroundings",
    says: (p: Refusal) => `The repository ${p.repository} is archived, so nothing can ${p.what} there (${p.said})`,
    mend: () => "take it out of the archive, in its settings, or run Ithaca from another repository",
    example: { ...refusal, said: "Repository was archived so is read-only." },
  }),
  not_found: entry({
    kind: "surroundings",
    says: (p: Permission) =>
      `GitHub could not ${p.what} in ${p.repository}: there is no such thing, or the token may not see it (${p.said})`,
    mend: (p) => `check GITHUB_REPOSITORY, and that the job has \`permissions: ${p.permission}\``,
    example: { ...refusal, said: "Not Found", permission: "contents: write" },
  }),
  issues_disabled: entry({
    kind: "surroundings",
    says: (p: Refusal) =>
      `The repository ${p.repository} has its issues switched off, so nobody hears of a fault there (${p.said})`,
    mend: () => "switch them on under Settings > General > Features > Issues; in a fork they are off at first",
    example: { ...refusal, what: "raise an issue", said: "Issues are disabled for this repo" },
  }),
  empty_repository: entry({
    kind: "surroundings",
    says: (p: Refusal) =>
      `The repository ${p.repository} has no commit yet, so nothing can ${p.what} there (${p.said})`,
    mend: () => "push a first commit, such as the plan and the workflows",
    example: { ...refusal, said: "Git Repository is empty." },
  }),
  protected_branch: entry({
    kind: "surroundings",
    says: (p: { repository: string; branch: string; said: string }) =>
      `The branch ${p.branch} of ${p.repository} takes no commit from this run: it is protected (${p.said})`,
    mend: () =>
      "let the reports have a branch of their own: `reports: {branch: ithaca-reports}` in the plan; it is made at the first run",
    example: {
      repository: "acme/shop",
      branch: "main",
      said: "Changes must be made through a pull request.",
    },
  }),
  lost_the_race: entry({
    kind: "surroundings",
    says: (p: { repository: string; branch: string; attempts: number }) =>
      `${p.attempts} times another run committed to ${p.branch} of ${p.repository} first, so the reports are not there`,
    mend: () => "run the job again; what is committed already will not be committed twice",
    example: { repository: "acme/shop", branch: "main", attempts: 40 },
  }),
  refused: entry({
    kind: "surroundings",
    says: (p: Refusal) => `GitHub refused to ${p.what} in ${p.repository} (${p.said})`,
    mend: () => "do what its words ask for, and run the job again",
    example: { ...refusal, said: "Validation Failed" },
  }),
  rate_limited: entry({
    kind: "surroundings",
    says: (p: Refusal & { readonly until: string }) =>
      `GitHub's rate limit is used up, so this run could not ${p.what} in ${p.repository} (${p.said})`,
    mend: (p) => `run the job again ${p.until}; runs of many databases at once share one limit`,
    example: { ...refusal, said: "API rate limit exceeded", until: "after 2026-11-22 03:00 UTC" },
  }),
  unavailable: entry({
    kind: "surroundings",
    says: (p: Refusal) => `GitHub could not be reached to ${p.what} in ${p.repository} (${p.said})`,
    mend: () => "look at https://www.githubstatus.com and run the job again; nothing is lost by that",
    example: { ...refusal, said: "502 Bad Gateway" },
  }),
  public_repository: entry({
    kind: "input",
    says: (p: { repository: string; directory: string }) =>
      `${p.repository} is public, so everybody could read what ${p.directory} says of the database, and the plan does not allow that`,
    mend: () =>
      "write `reports: {public: true}` into the plan if that is meant (reports hold no rows, but they name tables), or make the repository private",
    example: { repository: "acme/shop", directory: "reports" },
  }),
  secret_in_report: entry({
    kind: "failed",
    says: (p: { files: readonly string[] }) =>
      `${p.files.join(", ")} would show a secret of this run, so ${p.files.length === 1 ? "it was" : "they were"} not published`,
    mend: () => "take it out of the file, and change the secret if others could have read it there",
    example: { files: ["reports/notes.md"] },
  }),
});
