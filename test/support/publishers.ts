import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { fixedClock } from "../../src/base/clock.ts";
import { silentProgress } from "../../src/base/progress.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { readBlob, readHead } from "../../src/github/git-tree.ts";
import type { UseCaseContext } from "../../src/operations/context.ts";
import { githubOf } from "../../src/operations/github.ts";
import { publishReports } from "../../src/operations/publish-reports.ts";
import { sha256 } from "../../src/report/chain/link.ts";
import { verifyChain } from "../../src/report/chain/verify.ts";
import { type GitHubStandIn, githubStandIn } from "./github.ts";

const planText = "version: 1\ndatabases:\n  inner-odyssey:\n    critical_tables: [public.children]\n";

/** A runner with a checkout. */
interface Workspace extends AsyncDisposable {
  readonly context: UseCaseContext;
  readonly warnings: string[];
  readonly reports: string;
  put(path: string, content: string): Promise<void>;
  publish(): ReturnType<typeof publishReports>;
}

/** Runners that publish to one emulated GitHub, which is empty before each test. */
export function publishers() {
  let standIn: GitHubStandIn;
  beforeAll(async () => {
    standIn = await githubStandIn();
  });
  afterAll(() => standIn[Symbol.asyncDispose]());
  beforeEach(() => standIn.reset());
  return {
    get standIn() {
      return standIn;
    },
    /** A fresh checkout with a plan in it, and more lines in that. */
    workspace: (more = "", environment: Record<string, string> = {}) => workspace(standIn, more, environment),
  };
}

async function workspace(
  standIn: GitHubStandIn,
  more: string,
  environment: Record<string, string>,
): Promise<Workspace> {
  const scratch = await scratchDirectory("workspace");
  await writeFile(join(scratch.path, "ithaca.yaml"), planText + more);
  const warnings: string[] = [];
  const context: UseCaseContext = {
    environment: {
      GITHUB_TOKEN: standIn.token,
      GITHUB_REPOSITORY: standIn.repository,
      GITHUB_API_URL: standIn.url,
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_RUN_ID: "8812",
      ...environment,
    },
    clock: fixedClock("2026-11-23T10:12:00Z"),
    progress: { ...silentProgress, warn: (message) => warnings.push(message) },
    signal: new AbortController().signal,
    workingDirectory: scratch.path,
  };
  return {
    context,
    warnings,
    reports: join(scratch.path, "reports"),
    async put(path, content) {
      await mkdir(dirname(join(scratch.path, path)), { recursive: true });
      await writeFile(join(scratch.path, path), content);
    },
    publish: () => publishReports(context, { plan: "ithaca.yaml" }),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

/** What a branch's reports folder holds; paths relative to it. */
export async function published(context: UseCaseContext, branch = "main"): Promise<Map<string, Buffer>> {
  const github = githubOf(context);
  const { files } = await readHead(github, branch, "reports");
  const all = [...files].map(
    async ([path, { sha }]) => [path.replace(/^reports\//, ""), await readBlob(github, sha)] as const,
  );
  return new Map(await Promise.all(all));
}

/** What is wrong with the evidence chain of a folder. */
export function chainFindings(files: ReadonlyMap<string, Buffer>): unknown[] {
  const links = [...files].filter(([path]) => path.startsWith("chain/"));
  return [
    ...verifyChain({
      files: new Map([...files].map(([path, bytes]) => [path, sha256(bytes)])),
      links: links.map(([path, bytes]) => ({ path, text: bytes.toString("utf8") })),
      anchors: [],
      uncommitted: new Set(),
    }).findings,
  ];
}
