import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { socketUrl } from "../support/cli.ts";
import { testDatabase } from "../support/database.ts";
import { repositoryFiles } from "../support/vault.ts";
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

test("a night and a week without a fault: a backup, a proof, one commit each, no issue", async () => {
  const night = await world.run("backup.yml");
  expect(night.result, night.log).toBe("success");
  expect(night.summary).toContain("Backup taken: shop");
  expect(await world.commits()).toHaveLength(2);
  const week = await world.run("prove-weekly.yml", { event: "workflow_dispatch", inputs: { backup: "latest" } });
  expect(week.result, week.log).toBe("success");
  expect(week.summary).toMatch(/shop.*proven|proven.*shop/i);
  expect(await world.commits()).toHaveLength(3);
  expect(await world.issues()).toEqual([]);
  expect((await reports()).map((path) => path.split("-")[1])).toEqual(["backup", "weekly"]);
  const all = [...(await world.committed())].map(([path, text]) => path + text).join();
  for (const secret of ["canary-row", "canary-vault-password", world.github.token]) {
    expect(all, secret).not.toContain(secret);
    expect(
      night.log.replaceAll(/^::add-mask::.*$/gm, "") + week.log.replaceAll(/^::add-mask::.*$/gm, ""),
      secret,
    ).not.toContain(secret);
  }
});

test("an unreachable database: a red run, a report, one issue; again: the same issue; the next good one closes it", async () => {
  const url = world.secrets.ITHACA_DATABASE_URL ?? "";
  world.secrets.ITHACA_DATABASE_URL = "postgres://reader:canary-password@127.0.0.1:9/shop";
  const first = await world.run("backup.yml");
  expect(first.result).toBe("failure");
  const [issue, ...others] = await world.issues();
  expect(others).toEqual([]);
  expect(issue).toMatchObject({ state: "open", title: expect.stringContaining("shop") });
  expect(issue?.body).toContain("/actions/runs/1003");
  const second = await world.run("backup.yml");
  expect(second.result).toBe("failure");
  expect((await world.issues()).map(({ number, state }) => [number, state])).toEqual([[issue?.number, "open"]]);
  world.secrets.ITHACA_DATABASE_URL = url;
  const third = await world.run("backup.yml");
  expect(third.result, third.log).toBe("success");
  expect(await world.issues()).toMatchObject([{ number: issue?.number, state: "closed" }]);
  expect(await reports()).toHaveLength(5);
  expect([...(await world.committed()).values()].join() + first.log.replaceAll(/^::add-mask::.*$/gm, "")).not.toContain(
    "canary-password@",
  );
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
  const before = (await reports()).length;
  for (const [at, file] of files.entries()) await writeFile(file, kept[at] ?? "");
  const green = await world.run("prove-weekly.yml", byHand);
  expect(green.result, green.log).toBe("success");
  expect(await openFaults()).toEqual([]);
  expect(await reports()).toHaveLength(before + 1);
});

test("the other nightly runs end well, and the escalation at once", async () => {
  for (const workflow of ["watch.yml", "verify.yml", "retain.yml", "escalate.yml"]) {
    const { result, log, summary } = await world.run(workflow);
    expect(result, `${workflow}\n${log}`).toBe("success");
    expect(summary, workflow).not.toBe("");
  }
});

test("a recovery is planned, put into an issue and carried out only with the typed name", async () => {
  await using target = await testDatabase();
  const plain = { database: "shop", what: "full", into: "new", reason: "a test" };
  const planned = await world.run("recover.yml", { event: "workflow_dispatch", inputs: plain });
  expect(planned.result, planned.log).toBe("success");
  expect(planned.jobs.map(({ id, result }) => [id, result])).toContainEqual(["execute", "skipped"]);
  const [proposal] = await world.issues();
  expect(proposal).toMatchObject({ state: "open", title: "shop: approve the plan of a recovery" });
  world.secrets.ITHACA_RECOVERY_URL = socketUrl(target.target);
  const asked = { ...plain, execute: "true", watch: "1s" };
  const unconfirmed = await world.run("recover.yml", {
    event: "workflow_dispatch",
    inputs: { ...asked, confirm: "shop2" },
  });
  expect(unconfirmed.result).toBe("failure");
  expect(unconfirmed.log).toContain("shop2");
  const done = await world.run("recover.yml", { event: "workflow_dispatch", inputs: { ...asked, confirm: "shop" } });
  expect(done.result, done.log).toBe("success");
  const rows = await target.session.query("SELECT count(*)::int AS orders FROM public.orders");
  expect(rows).toEqual([{ orders: 100 }]);
});
