import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { saveBackup, type TestVault, testVault, vaultPassword } from "../../test/support/vault.ts";
import { fixedClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { backupTaken, green } from "../report/examples/reports.ts";
import { writeReport } from "../report/write.ts";
import { backup } from "./backup.ts";
import { retain } from "./retain.ts";

const plan = "version: 1\nretention: { daily: 1, weekly: 0, monthly: 0, yearly: 0 }\ndatabases:\n  shop: {}\n";
const idOf = (day: string) => `${day}T02-00-05Z-shop-4f1c2a9b`;

/** A folder with a plan that keeps one day, beside a vault with three. */
async function threeDays(vault: TestVault) {
  for (const day of ["2026-11-20", "2026-11-21", "2026-11-22"]) await saveBackup(vault, { day, database: "shop" });
  const workingDirectory = join(vault.path, "work");
  await mkdir(workingDirectory);
  await writeFile(join(workingDirectory, "ithaca.yaml"), plan);
  const reports = join(workingDirectory, "reports");
  const at = (time: string) => ({ ...green().run, id: time, started_at: time, finished_at: time });
  return {
    context: {
      environment: { PATH: process.env.PATH, RESTIC_REPOSITORY: vault.repository, RESTIC_PASSWORD: vaultPassword },
      clock: fixedClock("2026-11-22T04:15:00.000Z"),
      progress: silentProgress,
      signal: new AbortController().signal,
      workingDirectory,
    },
    /** Files a proof. */
    async proven(id: string, time: string, level: "source-exact" | "archive-exact" = "source-exact") {
      const report = green({ database: "shop", level, run: at(time) });
      if (report.backup === null) throw new Error("the example has a backup");
      await writeReport(reports, { ...report, backup: { ...report.backup, id, taken_at: time } });
    },
    /** Files a backup that failed. */
    async failed(time: string, error: string) {
      const outcome = { verdict: "inconclusive", reason: "It failed.", error, backup: null } as const;
      await writeReport(reports, { ...backupTaken(), database: "shop", run: at(time), ...outcome });
    },
  };
}

const options = { plan: "ithaca.yaml" };

test("neither the proof of an archive nor that of a backup that is gone takes the newest proven one's protection", async () => {
  await using vault = await testVault();
  const { context, proven } = await threeDays(vault);
  await proven(idOf("2026-11-20"), "2026-11-20T03:00:00.000Z");
  await proven(idOf("2026-11-19"), "2026-11-21T03:00:00.000Z");
  await proven("b.dump-e6812004", "2026-11-22T03:00:00.000Z", "archive-exact");
  const { kept, removed } = await retain(context, options);
  expect(kept.map(({ id }) => id)).toEqual([idOf("2026-11-22"), idOf("2026-11-20")]);
  expect(removed).toEqual([idOf("2026-11-21")]);
});

test("a run that failed keeps everything, but for one that found the vault full", async () => {
  await using vault = await testVault();
  const { context, proven, failed } = await threeDays(vault);
  await proven(idOf("2026-11-21"), "2026-11-21T03:00:00.000Z");
  await failed("2026-11-22T03:00:00.000Z", "vault.unreachable");
  await expect(retain(context, options)).rejects.toMatchObject({ id: "vault.retention_refused" });
  await failed("2026-11-22T03:30:00.000Z", "vault.no_space");
  expect((await retain(context, options)).removed).toEqual([idOf("2026-11-20")]);
});

test("the record of a backup that failed names the error", async () => {
  await using vault = await testVault();
  const { context } = await threeDays(vault);
  const environment = { PATH: process.env.PATH, ITHACA_DATABASE_URL: "postgres://a@nowhere.invalid/b" };
  const report = await backup({ ...context, environment }, options);
  expect(report).toMatchObject({ verdict: "inconclusive", error: "vault.not_configured" });
});
