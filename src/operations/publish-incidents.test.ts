import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type GitHubStandIn, githubStandIn } from "../../test/support/github.ts";
import { newIncident } from "../../test/support/recovery.ts";
import { fixedClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { readBlob, readHead } from "../github/git-tree.ts";
import { writeIncident } from "../recovery/incident.ts";
import { incidentPage, lessonsReminder, pageName } from "../recovery/page/incident-page.ts";
import type { Incident } from "../recovery/types.ts";
import { sha256 } from "../report/chain/link.ts";
import { verifyChain } from "../report/chain/verify.ts";
import { githubOf } from "./github.ts";
import { publishReports } from "./publish-reports.ts";

/* An incident is published again and again while it goes on, by runners of which none has the others' files. */

let standIn: GitHubStandIn;
beforeAll(async () => {
  standIn = await githubStandIn();
});
afterAll(() => standIn[Symbol.asyncDispose]());
beforeEach(() => standIn.reset());

const begun: Incident = {
  ...newIncident({ kind: "full", mode: "in-place", request: {} }, "2026-11-22-shop-4f1c2a9b"),
  database: "shop",
  reason: "lost orders",
  started_at: "2026-11-22T10:00:00.000Z",
  updated_at: "2026-11-22T10:05:00.000Z",
  state: { step: "execute", outcome: null },
  next_steps: ["Drop the old database", "Tell the customers"],
};
const ended: Incident = {
  ...begun,
  updated_at: "2026-11-22T11:00:00.000Z",
  state: { step: "ended", outcome: "recovered" },
};
const page = `incidents/${pageName(begun)}`;
const file = `incidents/${begun.id}.json`;

/** A fresh runner that has these files of an incident, and publishes. */
async function publishFrom(incident: Incident) {
  await using scratch = await scratchDirectory("runner");
  await writeFile(join(scratch.path, "ithaca.yaml"), "version: 1\ndatabases: { shop: {} }\n");
  const folder = join(scratch.path, "reports/incidents");
  await mkdir(folder, { recursive: true });
  await writeIncident(folder, incident);
  await writeFile(join(folder, pageName(incident)), incidentPage(incident));
  const context = {
    environment: {
      GITHUB_TOKEN: standIn.token,
      GITHUB_REPOSITORY: standIn.repository,
      GITHUB_API_URL: standIn.url,
    },
    clock: fixedClock("2026-11-22T12:00:00Z"),
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: scratch.path,
  };
  const outcome = await publishReports(context, { plan: "ithaca.yaml" });
  const github = githubOf(context);
  const { files } = await readHead(github, "main", "reports");
  const published = new Map<string, Buffer>();
  for (const [path, { sha }] of files) published.set(path.replace("reports/", ""), await readBlob(github, sha));
  const { findings } = verifyChain({
    files: new Map([...published].map(([path, bytes]) => [path, sha256(bytes)])),
    links: [...published].flatMap(([path, bytes]) =>
      path.startsWith("chain/") ? [{ path, text: bytes.toString("utf8") }] : [],
    ),
  });
  const incidents = [...published.keys()].filter((path) => path.startsWith("incidents/")).sort();
  return { ...outcome, findings, incidents, text: (path: string) => published.get(path)?.toString("utf8") ?? "" };
}

/** What a person makes of the page on GitHub. */
async function edit(change: (text: string) => string): Promise<void> {
  const url = `${standIn.url}/repos/acme/shop/contents/reports/${page}`;
  const headers = { authorization: `Bearer ${standIn.personToken}`, "content-type": "application/json" };
  const { sha, content }: { sha: string; content: string } = JSON.parse(await (await fetch(url, { headers })).text());
  const text = change(Buffer.from(content, "base64").toString("utf8"));
  const body = JSON.stringify({ message: "Lessons", sha, content: Buffer.from(text).toString("base64") });
  expect((await fetch(url, { method: "PUT", headers, body })).ok).toBe(true);
}

test("its newer form takes the older one's place, in a later link of the chain; an older form changes nothing", async () => {
  await publishFrom(begun);
  const later = await publishFrom(ended);
  expect(later).toMatchObject({ renamed: [], findings: [], incidents: [file, page].sort() });
  expect(JSON.parse(later.text(file)).state.outcome).toBe("recovered");
  expect(later.text(page)).toBe(incidentPage(ended));
  expect(later.paths).toContain("reports/chain/shop/000002.json");
  expect(await publishFrom(begun)).toMatchObject({ commit: null, incidents: [file, page].sort() });
});

test("lessons and ticks of people are kept, and are in the chain afterwards", async () => {
  await publishFrom(begun);
  await edit((text) =>
    text.replace(lessonsReminder, "Never on a Friday.").replace("- [ ] Drop the old", "- [x] Drop the old"),
  );
  const { text, ...rest } = await publishFrom(ended);
  expect(rest).toMatchObject({ renamed: [], findings: [], incidents: [file, page].sort() });
  expect(text(page)).toContain("Never on a Friday.");
  expect(text(page)).toMatch(/- \[x\] Drop the old database\n- \[ \] Tell/);
  expect(text(page)).not.toBe(incidentPage(begun));
  // Written when everything is over: the next commit of any report takes it in.
  await edit((before) => before.replace("Never on a Friday.", "Never before ten."));
  const after = await publishFrom({ ...begun, id: "2026-11-23-shop-5a2d3b0c" });
  expect(after.text(page)).toContain("Never before ten.");
  expect(after.findings).toEqual([]);
});

test("a page whose facts people have rewritten stays, and Ithaca's stands beside it", async () => {
  await publishFrom(begun);
  await edit((text) => text.replace("lost orders", "somebody's mistake"));
  const { renamed, incidents, text } = await publishFrom(ended);
  expect(renamed).toEqual([{ from: `reports/${page}`, to: expect.stringMatching(/-[0-9a-f]{12}\.md$/) }]);
  expect(incidents).toHaveLength(3);
  expect(text(page)).toContain("somebody's mistake");
  expect(JSON.parse(text(file)).state.outcome).toBe("recovered");
});
