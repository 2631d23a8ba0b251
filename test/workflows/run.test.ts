import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { socketUrl } from "../support/cli.ts";
import { testDatabase } from "../support/database.ts";
import { repositoryFiles } from "../support/vault.ts";
import { executedIn } from "../support/workflow-runner/executed-in.ts";
import { openWorld, type World } from "../support/workflow-runner/world.ts";

/*
 * A team's nights and weeks: every step of the workflows as it is written, against a real database and vault and an
 * emulated GitHub.
 */

const plan = `version: 1
databases:
  shop:
    critical_tables: [public.orders]
    throwaway: { major: 15 }
    rehearsal: { command: "sh tests.sh", directory: app, results: results.xml, timeout: 1m }
contacts:
  primary: { role: Keeper, github: ada }
`;

let world: World;
beforeAll(async () => {
  world = await openWorld(
    plan,
    `CREATE TABLE public.orders (id int PRIMARY KEY, buyer text NOT NULL);
     INSERT INTO public.orders SELECT n, 'canary-row-' || n FROM generate_series(1, 100) AS n;`,
  );
});
afterAll(() => world[Symbol.asyncDispose]());

/** The reports that stand on `main`, by kind. */
async function reports(): Promise<string[]> {
  return [...(await world.committed()).keys()].filter((path) => /^reports\/\d{4}\/.*\.json$/.test(path));
}

/** What must stand in no log, report, issue or message. */
function expectNoSecretIn(text: string): void {
  // The runner reads these lines and hides what they name.
  const shown = text.replaceAll(/^::add-mask::.*$/gm, "");
  for (const secret of ["canary-row", "canary-vault-password", "canary-password", "canary-hook", world.github.token]) {
    expect(shown.includes(secret), secret).toBe(false);
  }
}

test("a night without a fault: a backup, one commit with the report and the index, no issue", async () => {
  const night = await world.run("backup.yml", { warm: undefined });
  expect(night.result, night.log).toBe("success");
  expect(night.summary).toContain("Backup taken: shop");
  expect(await world.commits()).toHaveLength(2);
  expect(await world.issues()).toEqual([]);
  expect([...(await world.committed()).keys()]).toContain("reports/README.md");
  expectNoSecretIn([...(await world.committed())].join() + night.log + night.summary);
});

test("an unreachable database: a red run, a report, one issue; again: the same issue; the next good one closes it", async () => {
  const url = world.secrets.ITHACA_DATABASE_URL ?? "";
  world.secrets.ITHACA_DATABASE_URL = "postgres://reader:canary-password@127.0.0.1:9/shop";
  const first = await world.run("backup.yml");
  expect(first.result).toBe("failure");
  const [issue, ...others] = await world.issues();
  expect(others).toEqual([]);
  expect(issue).toMatchObject({ state: "open", title: expect.stringContaining("shop") });
  expect(issue?.body).toContain("/actions/runs/1002");
  const message = world.slack.requests.map(({ body }) => body).join();
  expect(message).toContain("URGENT: Daily backup failed");
  expect(message).toContain(`/issues/${issue?.number}`);
  const escalation = await world.run("escalate.yml");
  expect(escalation.result, escalation.log).toBe("success");
  expect(escalation.summary).toContain("Open incidents");
  const second = await world.run("backup.yml");
  expect(second.result).toBe("failure");
  expect((await world.issues()).map(({ number, state }) => [number, state])).toEqual([[issue?.number, "open"]]);
  world.secrets.ITHACA_DATABASE_URL = url;
  const third = await world.run("backup.yml");
  expect(third.result, third.log).toBe("success");
  expect(await world.issues()).toMatchObject([{ number: issue?.number, state: "closed" }]);
  expect(await reports()).toHaveLength(4);
  expect([...(await world.committed()).values()].join() + first.log.replaceAll(/^::add-mask::.*$/gm, "")).not.toContain(
    "canary-password@",
  );
});

test("a backup that cannot even begin: one issue, and people are told as of any other failure", async () => {
  const password = world.secrets.RESTIC_PASSWORD ?? "";
  delete world.secrets.RESTIC_PASSWORD;
  world.slack.requests.length = 0;
  const asOf = await world.committed();
  const night = await world.run("backup.yml");
  expect(night.result).toBe("failure");
  expect(await openFaults()).toEqual(["shop/backup"]);
  const [said = "", ...more] = world.slack.requests.map(({ body }) => body);
  expect(more).toEqual([]);
  expect(said).toMatch(/URGENT: Daily backup failed.*RESTIC_PASSWORD is not set.*\/issues\//);
  world.secrets.RESTIC_PASSWORD = password;
  // One that has waited since before, or is started again: who heard of the failure hears that it is over.
  await world.run("backup.yml", { asOf });
  expect(await openFaults()).toEqual([]);
  expect(world.slack.requests.slice(1).map(({ body }) => body)).toEqual([expect.stringMatching(/Resolved/i)]);
});

/** What the app's own tests will say on the copy. */
async function appSays(verdict: "fine" | "broken"): Promise<void> {
  const failure = verdict === "fine" ? "" : '<failure type="AssertionError"/>';
  const xml = `<testsuite name="app"><testcase name="orders are shown" time="0.1">${failure}</testcase></testsuite>`;
  await mkdir(join(world.workspace, "app"), { recursive: true });
  await writeFile(join(world.workspace, "app/tests.sh"), `cat > results.xml <<'END'\n${xml}\nEND\n`);
}

const byHand = { event: "workflow_dispatch", inputs: { backup: "latest" } } as const;

/** The open issues by the fault that they are about. */
async function openFaults(): Promise<(string | undefined)[]> {
  const open = (await world.issues()).filter(({ state }) => state === "open");
  return open.map(({ body }) => /ithaca:key=(\S+)/.exec(body ?? "")?.[1]);
}

test("the app's tests fail on the copy: a red run, and an issue that only a proof with tests closes", async () => {
  await appSays("broken");
  const red = await world.run("rehearse-monthly.yml", byHand);
  expect(red.result).toBe("failure");
  expect(await openFaults()).toEqual(["shop/rehearsal"]);
  await appSays("fine");
  const green = await world.run("rehearse-monthly.yml", byHand);
  expect(green.result, green.log).toBe("success");
  expect(await openFaults()).toEqual([]);
});

test("a damaged backup: a red run, a report, one issue; mended, and proven again: closed", async () => {
  const files = await repositoryFiles(world.vault, "data");
  const kept = await Promise.all(files.map((file) => readFile(file)));
  for (const [at, file] of files.entries()) {
    const bytes = Buffer.from(kept[at] ?? "");
    bytes.fill(0x58, 0, Math.min(64, bytes.length));
    await writeFile(file, bytes);
  }
  const red = await world.run("prove-weekly.yml", byHand);
  expect(red.result).toBe("failure");
  expect(await openFaults()).toEqual(["shop/proof"]);
  for (const [at, file] of files.entries()) await writeFile(file, kept[at] ?? "");
  const before = { reports: (await reports()).length, commits: (await world.commits()).length };
  const green = await world.run("prove-weekly.yml", byHand);
  expect(green.result, green.log).toBe("success");
  expect(green.summary).toMatch(/proven/i);
  expect(await openFaults()).toEqual([]);
  expect(await reports()).toHaveLength(before.reports + 1);
  expect(await world.commits()).toHaveLength(before.commits + 1);
});

test("the other nightly runs end well, and the escalation at once", async () => {
  for (const workflow of ["watch.yml", "verify.yml", "retain.yml", "escalate.yml"]) {
    const { result, log, summary } = await world.run(workflow);
    expect(result, `${workflow}\n${log}`).toBe("success");
    expect(summary, workflow).not.toBe("");
  }
  const doctor = await world.run("doctor.yml", { event: "workflow_dispatch" });
  expect(doctor.summary, doctor.log).toMatch(/\| green \| The vault \|/);
});

/** A person writes a file of `main` anew. */
async function writeByHand(path: string, text: string): Promise<void> {
  const { url, repository, personToken } = world.github;
  const address = `${url}/repos/${repository}/contents/${path}`;
  const headers = { authorization: `Bearer ${personToken}`, "content-type": "application/json" };
  const { sha }: { sha: string } = JSON.parse(await (await fetch(address, { headers })).text());
  const body = JSON.stringify({ message: "By hand", sha, content: Buffer.from(text).toString("base64") });
  expect((await fetch(address, { method: "PUT", headers, body })).ok).toBe(true);
}

test("a report that somebody changed: a red verification and an issue, until it is put back", async () => {
  const [path = ""] = await reports();
  const before = (await world.committed()).get(path) ?? "";
  await writeByHand(path, before.replace("shop", "shed"));
  expect((await world.run("verify.yml")).result).toBe("failure");
  expect(await openFaults()).toEqual(["shop/evidence"]);
  expect((await world.issues()).find(({ state }) => state === "open")?.body).toContain(path.split("/").at(-1));
  await writeByHand(path, before);
  const green = await world.run("verify.yml");
  expect(green.result, green.log).toBe("success");
  expect(await openFaults()).toEqual([]);
});

test("a recovery: planned, put into an issue, carried out with the typed name, and the issue closed", async () => {
  await using target = await testDatabase();
  world.secrets.ITHACA_RECOVERY_URL = socketUrl(target.target);
  const inputs = {
    database: "shop",
    what: "full",
    into: "new",
    reason: "a test",
    execute: "true",
    confirm: "shop",
    watch: "1s",
  };
  const { result, log, jobs } = await world.run("recover.yml", { event: "workflow_dispatch", inputs });
  expect(result, log).toBe("success");
  expect(jobs.map(({ id }) => id)).toEqual(["plan", "preview", "execute"]);
  expect(await target.session.query("SELECT count(*)::int AS orders FROM public.orders")).toEqual([{ orders: 100 }]);
  const proposal = (await world.issues()).find(({ title }) => title === "shop: approve the plan of a recovery");
  expect(proposal?.state).toBe("closed");
  expect(proposal?.body).toContain("/actions/runs/");
  expect((await reports()).some((path) => path.includes("-recover-"))).toBe(true);
  expectNoSecretIn(log + proposal?.body);
});

test("no step of these workflows was left out but the one for public repositories, which seldom.test.ts runs", async () => {
  const left = await world.leftOut(executedIn["run.test.ts"]);
  expect(left.filter((step) => !step.endsWith(": Hand over what was published to be attested"))).toEqual([]);
});
