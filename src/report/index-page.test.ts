import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planSchema } from "../plan/schema.ts";
import type { Unwritten } from "./build.ts";
import { backupTaken, check, failed, green, inconclusive } from "./examples/reports.ts";
import { headsNamedBy, indexPage, reportsAmong } from "./index-page.ts";
import type { AnyReport, BackupReport, ProofReport } from "./model.ts";

const plan = planSchema.parse({ version: 1, databases: { "inner-odyssey": {}, shop: {} } });
const heads = [{ database: "inner-odyssey", sequence: 12, digest: "ab".repeat(32) }];

/** A report that ran on a day of November 2026, for half a minute. */
function on<R extends AnyReport>(report: Unwritten<R>, day: string, time = "02:00"): R {
  const stem = `reports/2026/${day.slice(0, 2)}/${day.slice(3)}-${report.kind}-${day}`;
  const run = {
    ...report.run,
    started_at: `2026-${day}T${time}:02.000Z`,
    finished_at: `2026-${day}T${time}:31.000Z`,
  };
  return { ...report, run, report: { markdown: `${stem}.md`, json: `${stem}.json` } } as unknown as R;
}

const backupOn = (day: string): BackupReport => {
  const taken = backupTaken();
  const backup = taken.backup && { ...taken.backup, taken_at: `2026-${day}T02:00:05.000Z` };
  return on({ ...taken, backup }, day);
};
const failedBackup = backupTaken({ verdict: "failed", reason: "the dump is broken", backup: null });
const proofOn = (day: string, made = green): ProofReport => on(made(), day, "10:00");
const drillOn = (day: string): ProofReport => on(green({ kind: "drill" }), day, "09:00");

/** Backups of ten days, the proof of Monday the 23rd, and the drill of October. */
const good: AnyReport[] = [
  drillOn("10-01"),
  ...["14", "15", "16", "17", "18", "19", "20", "21", "22", "23"].map((day) => backupOn(`11-${day}`)),
  proofOn("11-23"),
];
const odyssey = (reports: readonly AnyReport[]) =>
  indexPage({ plan: planSchema.parse({ version: 1, databases: { "inner-odyssey": {} } }), reports, heads });
const answer = (page: string) => /^\| inner-odyssey \| ([^|]+) \|/m.exec(page)?.[1];

test("an example to look at: one database is safe, of the other nothing is known", async () => {
  await expect(indexPage({ plan, reports: good, heads })).toMatchFileSnapshot("examples/index.md");
});

describe("the answer", () => {
  test("is yes, and says until when", () => {
    expect(answer(odyssey(good))).toBe("✅ **Yes**, until 2026-11-24 02:00 UTC");
  });

  test.each<[string, readonly AnyReport[], RegExp, RegExp]>([
    ["nothing ran", [], /No/, /no backup is on record/],
    ["no proof ever", good.filter(({ kind }) => kind === "backup"), /Not known/, /no backup was ever proven/],
    [
      "last night's backup failed",
      [...good, on(failedBackup, "11-24")],
      /No/,
      /the backup of 2026-11-24 02:00 UTC failed/,
    ],
    [
      "the newest backup is too old",
      [...good, on(failed({ kind: "manual" }), "11-26", "10:00")],
      /No/,
      /was 3 d 8 h old; the plan allows 24 h/,
    ],
    [
      "a day has no backup",
      good.filter(({ run }) => !run.started_at.startsWith("2026-11-20")),
      /Not known/,
      /no backup of 2026-11-20/,
    ],
    [
      "the proof failed",
      [...good.slice(0, -1), proofOn("11-23", failed)],
      /No/,
      /the proof of 2026-11-23 10:00 UTC failed/,
    ],
    [
      "the proof was inconclusive",
      [...good.slice(0, -1), proofOn("11-23", inconclusive)],
      /Not known/,
      /was inconclusive/,
    ],
    [
      "the proof is overdue",
      [...good.slice(0, -1), proofOn("11-16"), backupOn("11-24")],
      /Not known/,
      /proof that was due on 2026-11-23 10:00 UTC is missing/,
    ],
    ["the drill is overdue", [on(green(), "09-01"), ...good.slice(1)], /Not known/, /drill that was due on 2026-10-01/],
    [
      "only a harmed copy was proven",
      [...good.slice(0, -1), on(green({ damaged: true }), "11-23", "10:00")],
      /Not known/,
      /no backup was ever proven|drill/,
    ],
  ])("is another where %s", (_name, reports, word, gap) => {
    const page = odyssey(reports);
    expect(answer(page)).toMatch(word);
    expect(page).toMatch(gap);
  });

  test("is yes where the days without a backup are those on which none is due", () => {
    const workdays = { ...plan, schedule: { ...plan.schedule, backup: "0 2 * * 1-5" } };
    const reports = good.filter(({ run }) => !/^2026-11-2[12]/.test(run.started_at));
    expect(answer(indexPage({ plan: workdays, reports, heads }))).toMatch(/Yes/);
    expect(answer(indexPage({ plan, reports, heads }))).toMatch(/Not known/);
  });

  test("is yes again after a better run", () => {
    const mended = [...good, on(failedBackup, "11-24"), on(backupTaken(), "11-24", "04:00")].map((report) =>
      report.run.started_at.startsWith("2026-11-24T04") && report.kind === "backup"
        ? { ...report, backup: report.backup && { ...report.backup, taken_at: "2026-11-24T04:00:05.000Z" } }
        : report,
    );
    expect(answer(odyssey(mended))).toMatch(/Yes.*2026-11-25 04:00/);
  });
});

test("equal reports give the same page, in whatever order they come", () => {
  const expected = odyssey(good);
  fc.assert(
    fc.property(fc.shuffledSubarray(good, { minLength: good.length }), (shuffled) => odyssey(shuffled) === expected),
  );
});

test("the heads can be read back from the page", () => {
  expect(headsNamedBy(odyssey(good))).toEqual(heads);
});

test("what a run says cannot break the page", () => {
  const nasty = on(green({ checks: [check("x", "`<!-- | -->")] }), "11-23", "11:00");
  const page = odyssey([...good, { ...nasty, report: { ...nasty.report, markdown: "evil](javascript:x)|.md" } }]);
  expect(page).not.toContain("javascript");
});

test("reports are told from other files", () => {
  const json = (path: string, value: unknown) => ({ path, bytes: Buffer.from(JSON.stringify(value)) });
  const report = good[1];
  const files = [
    json("2026/11/14-backup-1.json", report),
    json("audit/inner-odyssey/2026/11/x.json", report),
    json("2026/11/15-backup-1.json", { kind: "backup" }),
    { path: "2026/11/16-backup-1.json", bytes: Buffer.from("{") },
  ];
  expect(reportsAmong(files)).toHaveLength(1);
});
