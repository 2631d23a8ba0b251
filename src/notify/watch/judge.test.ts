import { describe, expect, test } from "vitest";
import { backupTaken } from "../../report/examples/reports.ts";
import type { BackupReport } from "../../report/model.ts";
import type { VaultEntry } from "../../vault/types.ts";
import { judgeArrival, type Sight, stillInTime } from "./judge.ts";

const due = new Date("2026-11-23T02:00:00Z");

/** The vault's entry of a day of November. */
function entry(day: number, changes: Partial<VaultEntry> = {}): VaultEntry {
  const date = `2026-11-${String(day).padStart(2, "0")}`;
  return {
    id: `${date}T02-00-05Z-shop-4f1c2a9b`,
    database: "shop",
    taken_at: `${date}T02:00:05.000Z`,
    saved_at: `${date}T02:03:05.000Z`,
    digest: `digest-${day}`,
    size_bytes: 30_000_000,
    files: 12,
    snapshot: "",
    superseded: [],
    ...changes,
  };
}

/** The record of a backup, from its start to its end in minutes after 2 o'clock. */
function record(day: number, minutes: readonly [number, number], changes: Partial<BackupReport> = {}): BackupReport {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, day, 2, minute)).toISOString();
  const { id, taken_at, digest, size_bytes } = entry(day);
  const taken = backupTaken();
  return {
    ...taken,
    run: { ...taken.run, started_at: at(minutes[0]), finished_at: at(minutes[1]) },
    backup: taken.backup && { ...taken.backup, id, taken_at, digest, size_bytes },
    report: { markdown: "", json: "" },
    ...changes,
  };
}

const week = [23, 22, 21, 20, 19, 18, 17, 16];

function sight(changes: Partial<Sight> = {}): Sight {
  return {
    database: "shop",
    due,
    now: new Date("2026-11-23T02:30:00Z"),
    limit: 1800,
    vault: { entries: week.map((day) => entry(day)), unreadable: [], remarks: [] },
    records: week.map((day) => record(day, [0, 3])),
    running: [],
    ...changes,
  };
}

const vault = (entries: readonly VaultEntry[]) => ({ entries, unreadable: [], remarks: [] });
const yesterday = week.slice(1).map((day) => entry(day));

/** The checks that did not pass, with what they found. */
const troubles = (seen: Sight) =>
  judgeArrival(seen)
    .checks.filter(({ status }) => status !== "passed")
    .map(({ id, actual, reason }) => `${id}: ${actual}${reason}`);

test("a backup that is there, recorded, in time and of the usual size", () => {
  const { checks, backup } = judgeArrival(sight());
  expect(checks.map(({ id, status }) => `${id} ${status}`)).toEqual([
    "watch.arrived passed",
    "watch.recorded passed",
    "watch.in_time passed",
    "watch.size passed",
  ]);
  expect(backup).toMatchObject({ id: entry(23).id, size_bytes: 30_000_000, seconds: 180 });
});

describe("what is not as it must be", () => {
  test("only the safety backup of a recovery is there", () => {
    const safety = { ...entry(23), purpose: "safety" as const };
    expect(troubles(sight({ vault: vault([safety, ...yesterday]) })).join()).toContain("watch.arrived");
  });

  const failedRun = record(23, [0, 2], { verdict: "failed", reason: "The disk is full; free some.", backup: null });
  const running = [{ since: new Date("2026-11-23T01:59:00Z"), where: "https://github.com/acme/shop/actions/runs/9" }];
  test.each<[string, Partial<Sight>, string[]]>([
    [
      "none, and nothing has begun",
      { vault: vault(yesterday), records: [] },
      ["watch.arrived: none; no backup has begun since"],
    ],
    [
      "none, for it failed",
      { vault: vault(yesterday), records: [failedRun] },
      ["watch.arrived: none; the last run: The disk is full; free some."],
    ],
    [
      "still running, for too long",
      { vault: vault(yesterday), records: [], running },
      [
        "watch.arrived: none yet; one has been running for 31 min (https://github.com/acme/shop/actions/runs/9)",
        "watch.in_time: still running after 31 min",
      ],
    ],
    [
      "a run recorded one that is not there",
      { vault: vault(yesterday) },
      ["watch.arrived: none, although a run has recorded one"],
    ],
    ["one that nobody recorded", { records: [] }, ["watch.recorded: no record"]],
    [
      "another one than was recorded",
      { vault: vault([entry(23, { digest: "digest-other" }), ...yesterday]) },
      ["watch.recorded: another digest"],
    ],
    ["it took too long", { records: [record(23, [0, 42])] }, ["watch.in_time: 42 min"]],
    [
      "it is far smaller",
      { vault: vault([entry(23, { size_bytes: 3_000_000 }), ...yesterday]) },
      ["watch.size: 3 MB, usually 30 MB"],
    ],
    [
      "it is far larger",
      { vault: vault([entry(23, { size_bytes: 90_000_000 }), ...yesterday]) },
      ["watch.size: 90 MB, usually 30 MB"],
    ],
    [
      "an empty one is none",
      { vault: vault([entry(23, { files: 0 }), ...yesterday]), records: [] },
      ["watch.arrived: none; no backup has begun since"],
    ],
    [
      "the vault is away",
      { vault: { unread: "The vault cannot be reached; try again." } },
      ["watch.arrived: The vault cannot be reached; try again."],
    ],
  ])("%s", (_what, changes, expected) => expect(troubles(sight(changes))).toEqual(expected));
});

test("a backup that began late and may still be in time is waited for, one that may not is judged", () => {
  const since = (minute: number) => [{ since: new Date(Date.UTC(2026, 10, 23, 2, minute)), where: "run 9" }];
  const missing = { vault: vault(yesterday), records: [] };
  expect(stillInTime(sight({ ...missing, running: since(20) }))).toBe(true);
  expect(stillInTime(sight({ ...missing, running: since(-1) }))).toBe(false);
  expect(stillInTime(sight(missing))).toBe(false);
  expect(stillInTime(sight({ running: since(20) }))).toBe(false);
  // In the vault, and its run has not published the record yet.
  expect(stillInTime(sight({ records: [], running: since(20) }))).toBe(true);
});
