import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scratchDirectory } from "../base/scratch.ts";
import { backupTaken, failed, files, green } from "./examples/reports.ts";
import { isProof, listReports, provenBackups, recordedDigest, recordedDigestIn, recordedFigures } from "./history.ts";
import { backupReportSchema } from "./kinds/backup.ts";
import type { BackupReport, PointReport, ProofReport } from "./model.ts";
import { writeReport } from "./write.ts";

const at = (day: number) => `2026-11-${String(day).padStart(2, "0")}T10:00:00.000Z`;

/** A proof of backup `id`, run on a day of November. */
function proof(id: string, day: number, changes: Partial<ProofReport> = {}): ProofReport {
  const report = green();
  if (report.backup === null) throw new Error("the example has a backup");
  return {
    ...report,
    run: { ...report.run, id: `${id}-${day}`, started_at: at(day) },
    backup: { ...report.backup, id, taken_at: at(Number(id)) },
    report: files,
    ...changes,
  };
}

/** The record of backup `id` with a digest. */
function taken(id: string, digest: string, changes: Partial<BackupReport> = {}): BackupReport {
  const report = backupTaken();
  if (report.backup === null) throw new Error("the example has a backup");
  return {
    ...report,
    run: { ...report.run, started_at: at(Number(id)) },
    backup: { ...report.backup, id, digest },
    report: files,
    ...changes,
  };
}

describe("proven backups", () => {
  test("come newest backup first, whenever they were proven", () => {
    expect(provenBackups([proof("3", 4), proof("5", 5), proof("2", 9)])).toEqual(["5", "3", "2"]);
  });
  test("are judged by the last word", () => {
    expect(provenBackups([proof("3", 4), proof("3", 8, { verdict: "failed" })])).toEqual([]);
    expect(provenBackups([proof("3", 8), proof("3", 4, { verdict: "failed" })])).toEqual(["3"]);
    expect(provenBackups([proof("3", 4), proof("3", 8, { verdict: "inconclusive" })])).toEqual(["3"]);
  });
  test("are never proven by a damaged run, nor by their own record", () => {
    expect(provenBackups([proof("3", 4, { damaged: true }), taken("4", "d")])).toEqual([]);
    expect(provenBackups([proof("3", 4), proof("3", 8, { damaged: true, verdict: "failed" })])).toEqual(["3"]);
  });
  test("are none of the archives that were taken elsewhere", () => {
    expect(provenBackups([proof("3", 4), proof("5", 5, { level: "archive-exact" })])).toEqual(["3"]);
  });
});

test("the rehearsal of a point in time is no proof of a backup", () => {
  const { run } = green();
  const nothing = { point: null, window: null, begun_from: null, stopped: null, checks: [], phases: [] };
  const subject = { kind: "point-in-time", verdict: "proven", reason: "", database: "shop", run } as const;
  const report: PointReport = { ...subject, ...nothing, engine: "pgbackrest", not_covered: [], report: files };
  expect(isProof(report)).toBe(false);
  expect(provenBackups([report, proof("3", 4)])).toEqual(["3"]);
});

describe("the recorded digest", () => {
  test("is that of the backup's own record, whatever later runs read from the vault", () => {
    const later = proof("3", 9);
    expect(recordedDigestIn([later, taken("3", "original")], "3")).toBe("original");
  });
  test("else that of the earliest proven run, and never that of a failed one", () => {
    const early = proof("3", 4);
    const late = proof("3", 9, { backup: early.backup && { ...early.backup, digest: "exchanged" } });
    expect(recordedDigestIn([late, early], "3")).toBe(early.backup?.digest);
    expect(recordedDigestIn([proof("3", 4, { verdict: "failed" })], "3")).toBeNull();
    expect(recordedDigestIn([taken("3", "d", { verdict: "failed" })], "3")).toBeNull();
  });
  test("is nobody's for another backup", () => {
    expect(recordedDigestIn([taken("3", "d")], "4")).toBeNull();
  });
});

describe("the figures of earlier backups", () => {
  test("are those of backups that were taken, whatever version recorded them", () => {
    const counted = taken("4", "d");
    const withTables = { ...counted, backup: counted.backup && { ...counted.backup, table_rows: { "public.t": 3 } } };
    const reports = [taken("3", "d"), withTables, taken("5", "d", { verdict: "failed", backup: null }), proof("3", 4)];
    expect(recordedFigures(reports).map(({ id, table_rows }) => [id, table_rows])).toEqual([
      ["3", null],
      ["4", { "public.t": 3 }],
    ]);
  });
  test("are read back from the record of a version that did not count tables", () => {
    const { table_rows, ...backup } = taken("3", "d").backup ?? {};
    expect(table_rows).toBeNull();
    expect(backupReportSchema.parse({ ...taken("3", "d"), backup }).backup?.table_rows).toBeNull();
  });
});

describe("a reports' folder", () => {
  test("gives the reports of one database, newest first, and names what it cannot read", async () => {
    await using scratch = await scratchDirectory("history");
    const directory = join(scratch.path, "reports");
    const run = (id: string, started_at: string) => ({ ...green().run, id, started_at });
    await writeReport(directory, green({ run: run("old", at(2)) }));
    await writeReport(directory, failed({ run: run("new", at(20)) }));
    await writeReport(directory, green({ run: run("other", at(21)), database: "billing" }));
    await writeReport(directory, { ...backupTaken(), run: run("backup", "2025-01-31T02:00:00.000Z") });
    await writeFile(join(directory, "2026/11/22-weekly-broken.json"), "{");
    await writeFile(join(directory, "2026/11/.22-weekly-x.json.ab.tmp"), "{");
    await mkdir(join(directory, "charts"), { recursive: true });
    await writeFile(join(directory, "charts/a.json"), "{}");
    const history = await listReports(directory, "inner-odyssey");
    expect(history.reports.map((report) => report.run.id)).toEqual(["new", "old", "backup"]);
    expect(history.unreadable).toEqual([join(directory, "2026/11/22-weekly-broken.json")]);
    expect(await recordedDigest(directory, backupTaken().backup?.id ?? "")).toBe(backupTaken().backup?.digest);
  });

  test("may be missing", async () => {
    expect(await listReports("/nonexistent/reports", "inner-odyssey")).toEqual({ reports: [], unreadable: [] });
    expect(await recordedDigest("/nonexistent/reports", "x")).toBeNull();
  });
});
