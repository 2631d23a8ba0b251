import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { ithaca, startIthaca } from "../test/support/cli.ts";
import { openShop, type Shop } from "../test/support/shop.ts";

/** Processes that work in the shop's scratch place, by their command lines. */
async function processesIn(scratch: string): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(scratch));
}

/** Sessions on the shop's database besides the test's own: a lock, a snapshot, a dump that goes on. */
async function sessionsOn({ database }: Shop): Promise<number> {
  const rows = await database.session.query(
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  return rows.length;
}

/** Waits until nothing is left of a killed run, and says what is where that takes too long. */
async function settled(shop: Shop): Promise<string[]> {
  let left: string[] = [];
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const sessions = await sessionsOn(shop);
    left = [
      ...(await readdir(shop.scratch)),
      ...(await processesIn(shop.scratch)),
      ...(sessions === 0 ? [] : [`${sessions} sessions`]),
    ];
    if (left.length === 0) break;
    await sleep(100);
  }
  return left;
}

/** What is to be seen of a command when it is killed; all of them are asked in `npm run test:long`, otherwise one in three. */
const points: [string[], RegExp][] = [
  [["backup"], /Open the vault/],
  [["backup"], /Lock and take the snapshot/],
  [["backup"], /Dump/],
  [["backup"], /Take a backup and its census/],
  [["prove"], /Find the backup/],
  [["prove"], /Verify its digests/],
  [["prove"], /Start a throwaway database/],
  [["prove"], /Make the roles/],
  [["prove"], /Restore it/],
  [["prove"], /Take the copy's census/],
];

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  expect((await ithaca(["backup"], shop.folder, shop.env)).exitCode).toBe(0);
  return () => shop[Symbol.asyncDispose]();
});

const asked = process.env.ITHACA_TESTS === "long" ? points : points.filter((_point, number) => number % 3 === 1);

test("killed without warning wherever it is: nothing stays, and the next run works", { timeout: 240_000 }, async () => {
  for (const [args, moment] of asked) {
    const run = startIthaca(args, shop.folder, shop.env);
    await Promise.race([run.saw(moment), run.result]);
    run.kill("SIGKILL");
    await run.result;
    expect(await settled(shop), `${args} at ${moment}`).toEqual([]);
  }
  expect((await ithaca(["backup"], shop.folder, shop.env)).exitCode).toBe(0);
  expect((await ithaca(["prove"], shop.folder, shop.env)).exitCode).toBe(0);
});

test("Ctrl-C ends in order with exit code 130 and says so", async () => {
  const run = startIthaca(["prove"], shop.folder, shop.env);
  await run.saw(/Make the roles/);
  run.kill("SIGINT");
  const { exitCode, stderr } = await run.result;
  expect(stderr).toContain("Stopped on request");
  expect(stderr).toContain("The database and the vault's backups are as they were, and the throwaway copy is gone.");
  expect(exitCode).toBe(130);
  expect(await settled(shop)).toEqual([]);
});
