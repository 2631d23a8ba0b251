import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type GitHubStandIn, githubStandIn } from "../../test/support/github.ts";
import { type GitHub, openGitHub } from "./client.ts";
import { type CommitOptions, commitFiles, type FileToCommit } from "./commit-files.ts";
import { gitBlobSha, readBlob, readHead } from "./git-tree.ts";

let standIn: GitHubStandIn;
let github: GitHub;
beforeAll(async () => {
  standIn = await githubStandIn();
  const { token, repository, url: apiUrl } = standIn;
  github = openGitHub({
    token,
    repository,
    apiUrl,
    signal: new AbortController().signal,
    warn: () => {},
    second: 1,
  });
});
afterAll(() => standIn[Symbol.asyncDispose]());
beforeEach(() => standIn.reset());

const file = (path: string, content: string | Uint8Array): FileToCommit => ({ path, content: Buffer.from(content) });

function commit(files: CommitOptions["files"] | FileToCommit[], more: Partial<CommitOptions> = {}) {
  return commitFiles(github, {
    branch: "main",
    folder: "reports",
    message: (paths) => `Reports: ${paths.length}`,
    files: typeof files === "function" ? files : async () => files,
    ...more,
  });
}

async function contents(branch = "main"): Promise<Map<string, string>> {
  const { files } = await readHead(github, branch, "reports");
  const texts = [...files].map(async ([path, { sha }]) => [path, (await readBlob(github, sha)).toString()] as const);
  return new Map(await Promise.all(texts));
}

const writes = () =>
  standIn.requests
    .filter(({ method }) => method !== "GET")
    .map(({ path }) => decodeURIComponent(path).split("/").at(-1));

describe("a commit of reports", () => {
  test("adds files, whatever is in them, and leaves the rest of the repository alone", async () => {
    const picture = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff, 0xfe]);
    const large = "x".repeat(300_000);
    const outcome = await commit([
      file("reports/2026/11/a.md", "# Ä ✅\r\n"),
      file("reports/charts/a.png", picture),
      file("reports/b.json", large),
    ]);
    expect(outcome).toMatchObject({ attempts: 1, renamed: [] });
    const { files } = await readHead(github, "main", "reports");
    expect(files.get("reports/charts/a.png")?.sha).toBe(gitBlobSha(picture));
    expect(files.get("reports/2026/11/a.md")?.sha).toBe(gitBlobSha(Buffer.from("# Ä ✅\r\n")));
    expect(files.get("reports/b.json")?.sha).toBe(gitBlobSha(Buffer.from(large)));
    expect((await fetch(`${standIn.url}/repos/acme/shop/contents/README.md`, { headers: auth() })).status).toBe(200);
    // Text goes with the tree; only what is large or no text is sent on its own.
    expect(writes()).toEqual(["blobs", "blobs", "trees", "commits", "main"]);
  });

  test("what is there already is not committed again", async () => {
    await commit([file("reports/a.md", "one")]);
    standIn.requests.length = 0;
    expect(await commit([file("reports/a.md", "one")])).toEqual({ commit: null, paths: [], renamed: [], attempts: 1 });
    expect(writes()).toEqual([]);
  });

  test("a record is never replaced, what is derived from records is", async () => {
    await commit([file("reports/a.json", "one"), file("reports/README.md", "1")]);
    const second = await commit([file("reports/a.json", "two"), { ...file("reports/README.md", "2"), derived: true }]);
    const [moved] = second.renamed;
    expect(moved).toMatchObject({
      from: "reports/a.json",
      to: expect.stringMatching(/^reports\/a-[0-9a-f]{12}\.json$/),
    });
    expect(await contents()).toEqual(
      new Map([
        ["reports/README.md", "2"],
        ["reports/a.json", "one"],
        [moved?.to, "two"],
      ]),
    );
    expect((await commit([file("reports/a.json", "two")])).commit).toBeNull();
  });

  test("begins a branch of its own that holds nothing but reports", async () => {
    const where = { branch: "ithaca-reports" };
    await commit([file("reports/a.md", "one")], where);
    await commit([file("reports/b.md", "two")], where);
    expect([...(await contents("ithaca-reports")).keys()]).toEqual(["reports/a.md", "reports/b.md"]);
    expect(
      (await fetch(`${standIn.url}/repos/acme/shop/contents/README.md?ref=ithaca-reports`, { headers: auth() })).status,
    ).toBe(404);
    expect([...(await contents()).keys()]).toEqual([]);
  });

  test("each attempt is made from the newest head", async () => {
    let once = true;
    const outcome = await commit(async (head) => {
      if (once) {
        once = false;
        await commit([file("reports/other.md", "faster")]);
      }
      return [
        file("reports/mine.md", "mine"),
        { ...file("reports/README.md", `after ${head.files.size}`), derived: true },
      ];
    });
    expect(outcome.attempts).toBe(2);
    expect(await contents()).toEqual(
      new Map([
        ["reports/README.md", "after 1"],
        ["reports/mine.md", "mine"],
        ["reports/other.md", "faster"],
      ]),
    );
  });

  test("a folder whose list GitHub cuts short is read folder by folder", async () => {
    await commit([file("reports/2026/11/a.md", "a"), file("reports/2026/b.md", "b")]);
    standIn.rules.push(({ path }) =>
      path.includes("recursive=1") ? { status: 200, body: { sha: "x", tree: [], truncated: true } } : undefined,
    );
    expect([...(await contents()).keys()].sort()).toEqual(["reports/2026/11/a.md", "reports/2026/b.md"]);
  });
});

describe("a commit that cannot be", () => {
  test.each([
    [422, 'Required status check "test" is expected.'],
    [409, "Repository rule violations found\n\nChanges must be made through a pull request."],
    [403, "Protected branch update failed for refs/heads/main."],
  ])("a protected branch (%i) is told at once, with the way out", async (status, message) => {
    standIn.rules.push(({ method }) => (method === "PATCH" ? { status, body: { message } } : undefined));
    await expect(commit([file("reports/a.md", "a")])).rejects.toThrow(/main of acme\/shop.*reports: \{branch: /s);
    expect(writes()).toEqual(["trees", "commits", "main"]);
  });

  test("who always loses ends some day", async () => {
    standIn.rules.push(({ method }) =>
      method === "PATCH" ? { status: 422, body: { message: "Update is not a fast forward" } } : undefined,
    );
    await expect(commit([file("reports/a.md", "a")], { attempts: 3 })).rejects.toMatchObject({
      id: "github.lost_the_race",
    });
    expect(writes().filter((path) => path === "main")).toHaveLength(3);
  });

  test.each([
    [403, "Resource not accessible by integration", "github.forbidden"],
    [422, "Invalid tree info", "github.refused"],
  ])("%i %s", async (status, message, id) => {
    standIn.rules.push(({ method }) => (method === "POST" ? { status, body: { message } } : undefined));
    await expect(commit([file("reports/a.md", "a")])).rejects.toMatchObject({ id });
    expect(writes()).toEqual(["trees"]);
  });

  test("a repository that the token may not see is no repository without a branch", async () => {
    standIn.rules.push(() => ({ status: 404, body: { message: "Not Found" } }));
    await expect(commit([file("reports/a.md", "a")])).rejects.toMatchObject({ id: "github.not_found" });
  });
});

function auth(): Record<string, string> {
  return { authorization: `Bearer ${standIn.token}` };
}
