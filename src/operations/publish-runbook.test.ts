import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GitHubStandIn, githubStandIn } from "../../test/support/github.ts";
import { fixedClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { green } from "../report/examples/reports.ts";
import { writeReport } from "../report/write.ts";
import { publishRunbook } from "./publish-runbook.ts";

let standIn: GitHubStandIn;
beforeAll(async () => {
  standIn = await githubStandIn();
});
afterAll(() => standIn[Symbol.asyncDispose]());

const { run } = green();
const drill = {
  kind: "drill-report" as const,
  verdict: "proven" as const,
  reason: "",
  database: "shop",
  production: "from-the-vault" as const,
  run,
  backup: null,
  objectives: {
    rto: { target_s: 14_400, measured_s: 123, met: true },
    rpo: { target_s: 86_400, measured_s: 60, met: true },
  },
  rows: { written: 40, recovered: 38, lost: 2 },
  phases: [{ name: "restore", seconds: 100, part: "recovery" as const }],
  checks: [],
  not_covered: [],
  rehearsal: null,
  older: null,
  trend: { drills: 0, series: [], changes: [], slower: [], bottlenecks: [] },
};

const address = () => `${standIn.url}/repos/acme/shop/contents/docs/runbook.md`;
const headers = () => ({ authorization: `Bearer ${standIn.personToken}`, "content-type": "application/json" });

async function runbook(): Promise<string> {
  const { content }: { content: string } = JSON.parse(await (await fetch(address(), { headers: headers() })).text());
  return Buffer.from(content, "base64").toString("utf8");
}

test("a drill's times go into the runbook as it stands on the branch by now; people's text stays", async () => {
  const text = "# Runbook\n\nCall Ada.\n\n<!-- measured:drill -->\nnever\n<!-- /measured -->\n\nThen call Grace.\n";
  const body = JSON.stringify({ message: "Runbook", content: Buffer.from(text).toString("base64") });
  expect((await fetch(address(), { method: "PUT", headers: headers(), body })).ok).toBe(true);
  await using here = await scratchDirectory("runbook");
  const publish = async (plan: string, report: string) => {
    await writeFile(join(here.path, "ithaca.yaml"), plan);
    const context = {
      environment: {
        GITHUB_TOKEN: standIn.token,
        GITHUB_REPOSITORY: standIn.repository,
        GITHUB_API_URL: standIn.url,
      },
      clock: fixedClock("2026-11-23T10:12:00Z"),
      progress: silentProgress,
      signal: new AbortController().signal,
      workingDirectory: here.path,
    };
    return await publishRunbook(context, { plan: "ithaca.yaml", report });
  };
  const reports = join(here.path, "reports");
  const report = (await writeReport(reports, drill)).report.json;
  const plan = "version: 1\ndatabases: { shop: {} }\n";
  expect(await publish(plan, report)).toEqual({ path: "docs/runbook.md", commit: expect.any(String) });
  const written = await runbook();
  expect(written).toMatch(/Call Ada\.[\s\S]*2 min 3 s[\s\S]*<!-- \/measured -->\n\nThen call Grace\./);
  expect(written).not.toContain("never");
  expect((await publish(plan, report)).commit).toBeNull();
  // Where reports have a branch of their own, the default branch is for people.
  expect((await publish(`${plan}reports: { branch: reports }\n`, report)).commit).toBeNull();
  const proof = (await writeReport(reports, green())).report.json;
  await expect(publish(plan, proof)).rejects.toThrow(/drill/);
  const { sha }: { sha: string } = JSON.parse(await (await fetch(address(), { headers: headers() })).text());
  const open = Buffer.from("# Runbook\n\n<!-- measured:drill -->\nnever ends\n").toString("base64");
  const change = JSON.stringify({ message: "Runbook", content: open, sha });
  expect((await fetch(address(), { method: "PUT", headers: headers(), body: change })).ok).toBe(true);
  await expect(publish(plan, report)).rejects.toMatchObject({ id: "disaster.open_marker" });
});
