import { afterAll, beforeAll, expect, test } from "vitest";
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

test("a damaged backup: a red run, a report and an issue that names the proof", async () => {
  const [pack] = await repositoryFiles(world.vault, "data");
  expect(pack).toBeDefined();
});
