import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chainFindings, published, publishers } from "../../test/support/publishers.ts";
import { readHead } from "../github/git-tree.ts";
import { sha256 } from "../report/chain/link.ts";
import { backupTaken, green } from "../report/examples/reports.ts";
import { writeReport } from "../report/write.ts";
import { githubOf } from "./github.ts";

/* What becomes of reports on their branch, whoever else publishes there. */

const team = publishers();

const proofOfRun = (run: string) => green({ run: { ...green().run, id: run } });

describe("publishing", () => {
  test("a run's report, its audit entries and charts become one commit with index and link; again: nothing", async () => {
    await using here = await team.workspace();
    await writeReport(here.reports, green());
    await here.put("reports/audit/inner-odyssey/2026/11/23/a-started.json", '{"database": "inner-odyssey"}');
    await here.put("reports/charts/sizes.svg", "<svg/>");
    await here.put("reports/2026/11/.half.json.tmp", "half");
    await symlink("/etc/hostname", join(here.reports, "2026/11/elsewhere.md"));
    const outcome = await here.publish();
    expect(outcome).toMatchObject({ branch: "main", attempts: 1, renamed: [] });
    expect(outcome.url).toMatch(new RegExp(`/acme/shop/commit/${outcome.commit}$`));
    const files = await published(here.context);
    expect([...files.keys()].sort()).toEqual([
      "2026/11/23-weekly-8812-1-inner-odyssey.dark.svg",
      "2026/11/23-weekly-8812-1-inner-odyssey.json",
      "2026/11/23-weekly-8812-1-inner-odyssey.md",
      "2026/11/23-weekly-8812-1-inner-odyssey.svg",
      "README.md",
      "audit/inner-odyssey/2026/11/23/a-started.json",
      "chain/_/000001.json",
      "chain/inner-odyssey/000001.json",
      ...["calendar", "objectives", "restore-time"].flatMap((name) => [
        `charts/inner-odyssey/${name}-dark.svg`,
        `charts/inner-odyssey/${name}.svg`,
      ]),
      "charts/sizes.svg",
    ]);
    expect(chainFindings(files)).toEqual([]);
    const [commit] = team.standIn.requests.filter(({ path }) => path.endsWith("/git/commits"));
    expect(JSON.parse(commit?.body ?? "").message).toBe(
      "Reports: 2026/11/23-weekly-8812-1-inner-odyssey\n\n12 files, with their link in the evidence chain.\nRun: https://github.com/acme/shop/actions/runs/8812\n\n[skip ci]\n",
    );

    team.standIn.requests.length = 0;
    expect(await here.publish()).toMatchObject({ commit: null, url: null, paths: [] });
    expect(team.standIn.requests.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  test("what the checkout lacks is in the index all the same, and is fetched once", async () => {
    await using first = await team.workspace();
    await writeReport(first.reports, backupTaken());
    await first.publish();
    await using second = await team.workspace();
    await writeReport(second.reports, green());
    team.standIn.requests.length = 0;
    await second.publish();
    // The report and the newest link: what is no JSON of a report or no newest link is not asked for.
    expect(team.standIn.requests.filter(({ path }) => path.includes("/git/blobs/"))).toHaveLength(2);
    const files = await published(second.context);
    expect(chainFindings(files)).toEqual([]);
    expect(files.has("chain/inner-odyssey/000002.json")).toBe(true);
  });

  test("16 at once: 16 reports, one consistent index, one unbroken chain", async () => {
    const runs = Array.from({ length: 16 }, (_, index) => `9${String(index).padStart(3, "0")}-1`);
    const outcomes = await Promise.all(
      runs.map(async (run) => {
        await using here = await team.workspace();
        await writeReport(here.reports, proofOfRun(run));
        return await here.publish();
      }),
    );
    expect(new Set(outcomes.map(({ commit }) => commit)).size).toBe(16);
    await using here = await team.workspace();
    const files = await published(here.context);
    for (const run of runs) {
      expect(files.has(`2026/11/23-weekly-${run}-inner-odyssey.json`)).toBe(true);
      expect(files.has(`2026/11/23-weekly-${run}-inner-odyssey.md`)).toBe(true);
    }
    expect([...files.keys()].filter((path) => path.startsWith("chain/"))).toHaveLength(16);
    expect(chainFindings(files)).toEqual([]);
    const head = sha256(files.get("chain/inner-odyssey/000016.json") ?? "");
    expect(files.get("README.md")?.toString()).toContain(head);
  });

  test("a branch of its own, where the plan names one", async () => {
    await using here = await team.workspace("reports:\n  branch: ithaca-reports\n");
    await writeReport(here.reports, green());
    expect(await here.publish()).toMatchObject({ branch: "ithaca-reports" });
    expect((await published(here.context, "ithaca-reports")).size).toBe(12);
    expect((await published(here.context)).size).toBe(0);
  });

  test("a report of the same name with other content stands beside the first", async () => {
    await using first = await team.workspace();
    await writeReport(first.reports, green());
    await first.publish();
    await using second = await team.workspace();
    await writeReport(second.reports, green({ damaged: true }));
    const { renamed } = await second.publish();
    expect(renamed).toHaveLength(4);
    expect(second.warnings[0]).toContain("holds something else there");
    const files = await published(second.context);
    expect(files.size).toBe(12 + 5);
    expect(chainFindings(files)).toEqual([]);
    expect((await second.publish()).commit).toBeNull();
  });
});

test("what was merely checked out, and is old by now, goes back over nothing", async () => {
  await using first = await team.workspace();
  await first.put("reports/incidents/2026-11-01.md", "What we learned: …");
  await first.put("reports/charts/sizes.svg", "<svg>1</svg>");
  const { commit } = await first.publish();
  await using second = await team.workspace();
  await writeReport(second.reports, backupTaken());
  await second.put("reports/charts/sizes.svg", "<svg>2</svg>");
  await second.publish();
  // A person writes into the page on the branch, while a runner that checked out the first commit is at work.
  const page = (await readHead(githubOf(first.context), "main", "reports")).files.get(
    "reports/incidents/2026-11-01.md",
  );
  await fetch(`${team.standIn.url}/repos/acme/shop/contents/reports/incidents/2026-11-01.md`, {
    method: "PUT",
    headers: { authorization: `Bearer ${team.standIn.personToken}`, "content-type": "application/json" },
    body: JSON.stringify({
      message: "Lessons",
      sha: page?.sha,
      content: Buffer.from("We learned it.").toString("base64"),
    }),
  });
  await using third = await team.workspace("", { GITHUB_SHA: commit ?? "" });
  await third.put("reports/incidents/2026-11-01.md", "What we learned: …");
  await third.put("reports/charts/sizes.svg", "<svg>1</svg>");
  await writeReport(third.reports, green());
  await third.publish();
  const files = await published(third.context);
  expect(files.get("charts/sizes.svg")?.toString()).toBe("<svg>2</svg>");
  expect([...files.keys()].filter((path) => path.startsWith("incidents/"))).toHaveLength(1);
  expect(files.get("incidents/2026-11-01.md")?.toString()).toBe("We learned it.");
});
