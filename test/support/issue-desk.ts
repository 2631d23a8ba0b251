import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { z } from "zod";
import { silentProgress } from "../../src/base/progress.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";
import type { GitHub } from "../../src/github/client.ts";
import { incidentHistory } from "../../src/github/incidents/read-incidents.ts";
import type { UseCaseContext } from "../../src/operations/context.ts";
import { githubOf } from "../../src/operations/github.ts";
import { type RaiseOptions, raiseIssue } from "../../src/operations/raise-issue.ts";
import type { Unwritten } from "../../src/report/build.ts";
import type { AnyReport } from "../../src/report/model.ts";
import { writeReport } from "../../src/report/write.ts";
import { type GitHubStandIn, githubStandIn } from "./github.ts";

const issueList = z.array(
  z.object({
    number: z.int(),
    state: z.string(),
    state_reason: z.string().nullable(),
    title: z.string(),
    body: z.string(),
    labels: z.array(z.object({ name: z.string() })),
    assignees: z.array(z.object({ login: z.string() })),
  }),
);

/** A team whose issues are on an emulated GitHub, empty before each test; its clock is set by what it tells. */
export function issueDesk() {
  let standIn: GitHubStandIn;
  let folder: Awaited<ReturnType<typeof scratchDirectory>>;
  let now = new Date();
  const warnings: string[] = [];
  const environment: Record<string, string> = {};
  beforeAll(async () => {
    standIn = await githubStandIn();
    folder = await scratchDirectory("issues");
  });
  afterAll(async () => {
    await folder[Symbol.asyncDispose]();
    await standIn[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    standIn.reset();
    warnings.length = 0;
    for (const name of Object.keys(environment)) delete environment[name];
    now = new Date("2026-11-23T10:12:00Z");
    await desk.plan({ primary: "ada" });
  });

  const context = (): UseCaseContext => ({
    environment: {
      GITHUB_TOKEN: standIn.token,
      GITHUB_REPOSITORY: standIn.repository,
      GITHUB_API_URL: standIn.url,
      GITHUB_RUN_ID: "8812",
      GITHUB_SERVER_URL: "https://github.com",
      ...environment,
    },
    clock: { now: () => now },
    progress: { ...silentProgress, warn: (message) => warnings.push(message) },
    signal: new AbortController().signal,
    workingDirectory: folder.path,
  });

  const desk = {
    warnings,
    /** Further variables of the runner. */
    environment,
    get standIn() {
      return standIn;
    },
    get github(): GitHub {
      return githubOf(context());
    },
    /** Sets the clock. */
    at(moment: string): void {
      now = new Date(moment);
    },
    /** Writes a plan whose primary contact has this login. */
    async plan({ primary, databases = ["inner-odyssey"] }: { primary: string; databases?: readonly string[] }) {
      // Each has variables of its own, since a connection string leads to one database.
      const entries = databases.map((name, n) => `${name}: {url_secret: URL_${n}, recovery: {url_secret: WRITE_${n}}}`);
      const text = [
        "version: 1",
        `databases: {${entries.join(", ")}}`,
        `contacts: {primary: {role: DevOps Team Lead, github: ${primary}}, escalation: {role: CTO}}`,
        "alerts: {labels: [on-call]}",
        "",
      ];
      await writeFile(join(folder.path, "ithaca.yaml"), text.join("\n"));
    },
    /** The path of the written report of a run that began at this hour of 23 November. */
    async written<R extends Unwritten<AnyReport>>(report: R, hour: string): Promise<string> {
      const run = { ...report.run, id: `run-${hour.replace(":", "")}`, started_at: `2026-11-23T${hour}:00.000Z` };
      return (await writeReport(join(folder.path, "reports"), { ...report, run })).report.json;
    },
    /** Lets the issues say what is given. */
    async raise(options: Partial<RaiseOptions>) {
      return (await raiseIssue(context(), { plan: "ithaca.yaml", reports: [], ...options })).issues;
    },
    /** Lets the issues say what one report says, half a minute after its run began. */
    async tell(report: Unwritten<AnyReport>, hour: string) {
      now = new Date(`2026-11-23T${hour}:30Z`);
      return await desk.raise({ reports: [await desk.written(report, hour)] });
    },
    async issues(): Promise<z.output<typeof issueList>> {
      const response = await fetch(`${standIn.url}/repos/acme/shop/issues?state=all&direction=asc&per_page=100`, {
        headers: { authorization: `Bearer ${standIn.token}` },
      });
      return issueList.parse(await response.json());
    },
    async comments(issue: number): Promise<string[]> {
      const history = await incidentHistory(githubOf(context()), issue);
      return history.flatMap((event) => (event.what === "commented" ? [event.text] : []));
    },
  };
  return desk;
}
