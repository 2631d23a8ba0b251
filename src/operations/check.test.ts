import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { supabasePlatform } from "../../test/support/supabase-platform/server.ts";
import { saveBackup, testVault, vaultPassword } from "../../test/support/vault.ts";
import { fixedClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { backupTaken, green } from "../report/examples/reports.ts";
import { exitCodeOf } from "../report/verdict.ts";
import { readReport, writeReport } from "../report/write.ts";
import { check } from "./check.ts";

/** A Sunday, eight hours after the backup. */
const now = "2026-11-22T10:00:00.000Z";
const days = ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"];

const context = (folder: string, environment: Record<string, string | undefined>) => ({
  environment: { PATH: process.env.PATH, HOME: folder, ...environment },
  clock: fixedClock(now),
  progress: silentProgress,
  signal: new AbortController().signal,
  workingDirectory: folder,
});

/** The record that a backup of this day left outside the vault. */
function recorded(folder: string, day: string, rows: number) {
  const { backup, ...report } = backupTaken();
  if (backup === null) throw new Error("no backup");
  const id = `${day}T02-00-05Z-shop-4f1c2a9b`;
  const at = `${day}T02:00:05.000Z`;
  const digest = `digest-of-shop-${day}`;
  const tables = { "public.orders": rows, "public.customers": 5000 };
  return writeReport(join(folder, "reports"), {
    ...report,
    database: "shop",
    run: { ...report.run, id: day, started_at: at, finished_at: at },
    backup: { ...backup, id, taken_at: at, digest, rows: rows + 5000, table_rows: tables },
  });
}

test("vault, platform and history side by side: each finds its own, in one report", async () => {
  await using vault = await testVault();
  for (const day of days)
    await saveBackup(vault, { day, database: "shop", files: { "dump/toc.dat": "x".repeat(1000) } });
  await using platform = await supabasePlatform({ now: () => new Date(now) });
  platform.project.createdAt = "2025-01-16T00:00:00.000Z";
  const folder = join(vault.path, "work");
  await mkdir(folder);
  await writeFile(
    join(folder, "ithaca.yaml"),
    "version: 1\ndatabases:\n  shop:\n    platform: supabase\n    critical_tables: [public.orders]\n    managed: {}\n",
  );
  const environment = { ...platform.env, RESTIC_REPOSITORY: vault.repository, RESTIC_PASSWORD: vaultPassword };
  const look = (more = {}) => check(context(folder, { ...environment, ...more }), { plan: "ithaca.yaml" });
  const failed = (report: Awaited<ReturnType<typeof look>>) =>
    report.checks.filter(({ status }) => status === "failed").map(({ id }) => id);

  let newest = "";
  for (const day of days) newest = join(folder, (await recorded(folder, day, 1000)).report.json);
  const good = await look();
  expect(good.checks.filter(({ status }) => status !== "passed")).toEqual([]);
  expect(good.checks.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      "vault.newest",
      "vault.digest",
      "plausibility.history",
      "platform.backups",
      "platform.days",
    ]),
  );
  expect(good.keepers.map(({ place, count }) => [place, count])).toEqual([
    ["vault", 7],
    ["platform", 7],
  ]);
  expect(good.keepers[0]).toMatchObject({ size_bytes: expect.any(Number), usual_bytes: expect.any(Number) });
  expect(await readReport(join(folder, good.report.json))).toEqual(good);
  const page = await readFile(join(folder, good.report.markdown), "utf8");
  expect(page).toContain("## Side by side");
  expect(page).toContain("| Ithaca's vault | `2026-11-22T02-00-05Z-shop-4f1c2a9b` |");
  for (const secret of [vaultPassword, "sbp_canary"]) expect(page + JSON.stringify(good)).not.toContain(secret);

  // The critical table is empty in the newest backup: only what was recorded of the ones before can show it.
  const json = JSON.parse(await readFile(newest, "utf8"));
  json.backup.table_rows["public.orders"] = 0;
  await writeFile(newest, JSON.stringify(json));
  const emptied = await look();
  expect(failed(emptied)).toEqual(["plausibility.history"]);
  expect(emptied.checks.find(({ id }) => id === "plausibility.history")?.findings[0]?.object).toBe("public.orders");
  expect(exitCodeOf(emptied.verdict)).toBe(1);

  // Where the vault cannot be looked at the platform still is.
  const blind = await look({ RESTIC_PASSWORD: "wrong-password" });
  expect(blind.checks.find(({ id }) => id === "vault.reachable")).toMatchObject({ status: "not_run" });
  expect(blind.checks.find(({ id }) => id === "platform.backups")).toMatchObject({ status: "passed" });
});

test("Lovable Cloud: exports by hand, in time, whole and proven, or a finding that asks for one", async () => {
  await using scratch = await scratchDirectory("lovable");
  const folder = scratch.path;
  await writeFile(
    join(folder, "ithaca.yaml"),
    "version: 1\ndatabases:\n  odyssey:\n    platform: lovable\n    exports: {folder: exports, max_age: 7d}\n",
  );
  const look = () => check(context(folder, {}), { plan: "ithaca.yaml" });
  const status = (report: Awaited<ReturnType<typeof look>>, id: string) =>
    report.checks.find((one) => one.id === id)?.status;

  const none = await look();
  expect(none).toMatchObject({ verdict: "failed", keepers: [{ place: "exports", newest: null, count: 0 }] });
  expect(none.checks.find(({ id }) => id === "exports.arrived")?.actual).toBe("none");
  expect(status(none, "platform.pitr")).toBe("not_run");
  expect(none.not_covered[0]?.why).toContain("exports are all there is");
  expect(await readFile(join(folder, none.report.markdown), "utf8")).toMatch(/Export the data by hand/);

  await mkdir(join(folder, "exports"));
  await writeFile(join(folder, "exports", "README.md"), "drop files here");
  await writeFile(join(folder, "exports", "export.backup"), "no backup at all");
  const broken = await look();
  expect(status(broken, "exports.complete")).toBe("failed");
  expect(status(broken, "exports.proven")).toBe("failed");

  // A person proved it on a machine of their own: the report is enough.
  const proof = green({ database: "odyssey", level: "archive-exact", kind: "weekly" });
  const taken_at = "2026-11-21T09:00:00.000Z";
  const backup = proof.backup && { ...proof.backup, id: "export-4f1c2a9b", taken_at };
  await writeReport(join(folder, "reports"), { ...proof, backup });
  await using elsewhere = await scratchDirectory("elsewhere");
  await writeFile(join(elsewhere.path, "ithaca.yaml"), await readFile(join(folder, "ithaca.yaml"), "utf8"));
  await writeReport(join(elsewhere.path, "reports"), { ...proof, backup });
  const handed = await check(context(elsewhere.path, {}), { plan: "ithaca.yaml" });
  expect(["arrived", "proven"].map((name) => status(handed, `exports.${name}`))).toEqual(["passed", "passed"]);
  expect(handed).toMatchObject({ verdict: "inconclusive", keepers: [{ newest: { id: "export-4f1c2a9b" } }] });
});
