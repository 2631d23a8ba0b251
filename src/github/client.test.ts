import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type GitHubStandIn, githubStandIn } from "../../test/support/github.ts";
import { IthacaError } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { type GitHub, openGitHub } from "./client.ts";
import { readRepository } from "./repository.ts";
import { tasks } from "./tasks.ts";

let standIn: GitHubStandIn;
let warnings: string[] = [];
beforeAll(async () => {
  standIn = await githubStandIn();
});
afterAll(() => standIn[Symbol.asyncDispose]());
beforeEach(() => {
  standIn.reset();
  warnings = [];
});

function open(signal: AbortSignal = new AbortController().signal): GitHub {
  return openGitHub({
    token: standIn.token,
    repository: standIn.repository,
    apiUrl: `${standIn.url}/`,
    signal,
    warn: (message) => warnings.push(message),
    second: 1,
  });
}

/** What people read when GitHub answers everything so. */
async function refusedWith(status: number, message: string, headers: Record<string, string> = {}): Promise<unknown> {
  standIn.rules.push(() => ({ status, headers, body: { message, documentation_url: "https://docs.github.com/rest" } }));
  return open()
    .ask(tasks.commitReports, (client, where) => client.rest.issues.create({ ...where, title: "x" }))
    .then(
      () => null,
      (error) => error,
    );
}

const reset = String(Math.floor(Date.parse("2026-11-22T03:00:00Z") / 1000));

describe("a refusal becomes one sentence with what to do", () => {
  test.each([
    [401, "Bad credentials", {}, "bad_credentials", /refused the token.*commit reports.*github\.token/],
    [403, "Resource not accessible by integration", {}, "forbidden", /`permissions: contents: write`.*from a fork/],
    [403, "Repository was archived so is read-only.", {}, "archived", /archived/],
    [404, "Not Found", {}, "not_found", /may not see it.*contents: write/],
    [409, "Git Repository is empty.", {}, "empty_repository", /first commit/],
    [410, "Issues are disabled for this repo", {}, "issues_disabled", /Settings > General/],
    [422, "Validation Failed", {}, "refused", /Validation Failed/],
    [403, "API rate limit exceeded", { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset }, "rate_limited", /./],
    [403, "You have exceeded a secondary rate limit", { "retry-after": "900" }, "rate_limited", /again in 15 min/],
    [429, "Too many", {}, "rate_limited", /in an hour/],
    [502, "Bad Gateway", {}, "unavailable", /githubstatus/],
  ])("%i %s", async (status, message, headers, id, says) => {
    const error = await refusedWith(status, message, headers);
    expect(error).toMatchObject({ id: `github.${id}`, kind: "surroundings" });
    expect(error instanceof IthacaError ? error.message : "").toMatch(says);
    expect(JSON.stringify(error)).not.toContain("docs.github.com/rest");
    const passing = status === 502;
    expect(standIn.requests.length).toBe(passing ? 4 : id === "rate_limited" && message.startsWith("API") ? 4 : 1);
  });

  test("no answer at all", async () => {
    standIn.rules.push(() => "gone");
    await expect(readRepository(open())).rejects.toMatchObject({ id: "github.unavailable" });
    expect(standIn.requests.length).toBe(4);
  });

  test("a repository that is none, before anything is asked", () => {
    const options = { token: "x", signal: new AbortController().signal, warn: () => {} };
    expect(() => openGitHub({ ...options, repository: "shop" })).toThrow(/GITHUB_REPOSITORY is shop/);
  });
});

describe("what passes is waited for", () => {
  test.each([
    ["a server error", { status: 503, body: { message: "unavailable" } }],
    ["a cut connection", "gone" as const],
    [
      "the primary limit",
      {
        status: 403,
        headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.floor(Date.now() / 1000)) },
        body: { message: "API rate limit exceeded for installation" },
      },
    ],
    [
      "the secondary limit",
      {
        status: 429,
        headers: { "retry-after": "20" },
        body: { message: "You have exceeded a secondary rate limit. Please wait a few minutes" },
      },
    ],
  ])("%s", async (_what, answer) => {
    let failures = 2;
    standIn.rules.push(() => {
      failures -= 1;
      return failures >= 0 ? answer : undefined;
    });
    expect(await readRepository(open())).toMatchObject({ defaultBranch: "main", public: false, hasIssues: true });
    expect(standIn.requests.length).toBe(3);
    const limited = typeof answer === "object" && answer.status !== 503;
    expect(warnings.length).toBe(limited ? 2 : 0);
  });

  test("a limit that ends too late is not waited for", async () => {
    const later = String(Math.floor(Date.now() / 1000) + 3000);
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": later };
    expect(await refusedWith(403, "API rate limit exceeded", headers)).toMatchObject({ id: "github.rate_limited" });
    expect(standIn.requests.length).toBe(1);
  });

  test("but not after the run was stopped", async () => {
    const stop = new AbortController();
    const reason = new IthacaError("run.interrupted", "interrupted", "Stopped.");
    standIn.rules.push(() => {
      stop.abort(reason);
      return { status: 500, body: { message: "later" } };
    });
    await expect(readRepository(open(stop.signal))).rejects.toBe(reason);
    await expect(readRepository(open(stop.signal))).rejects.toBe(reason);
    expect(standIn.requests.length).toBe(1);
  });
});

test("the token is a secret from the moment that it is known", () => {
  open();
  expect(redact(`it is ${standIn.token}`)).toBe("it is ***");
});
