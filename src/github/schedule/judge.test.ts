import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeSchedules, type Missed, type ScheduleFacts, type SeenReport, type SeenRun } from "./judge.ts";
import { grace, isWorkflowOf, lastDue, type Scheduled, schedules } from "./schedules.ts";

const day = 24 * 3600 * 1000;
const longAgo = new Date("2025-12-01T00:00:00Z");

function schedule(name: string): Scheduled {
  const found = schedules.find((each) => each.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

const lines: Readonly<Record<string, string>> = {
  backup: "0 2 * * *",
  prove: "0 10 * * 1",
  rehearse: "0 10 * * 5",
  drill: "0 9 1 1,4,7,10 *",
  retain: "15 4 * * *",
  // Late starts of this one cross midnight.
  verify: "50 23 * * *",
};

function run(at: Date, conclusion: string | null = "success", id = "7-1"): SeenRun {
  return { id, at, conclusion, ofAll: true, url: `https://github.com/acme/shop/actions/runs/${id}` };
}

function facts(name: string, runs: SeenRun[] = [], active = true, since = longAgo): ScheduleFacts {
  const path = `.github/workflows/${name}.yml`;
  const workflow = { path, url: path, active, since, runs };
  return { scheduled: schedule(name), line: lines[name] ?? "", databases: ["shop"], workflow };
}

function report(name: string, at: Date, database = "shop"): SeenReport {
  return { database, kind: schedule(name).kinds[0] ?? "none", at, path: "reports/x.md", content: null };
}

const first = report("backup", longAgo);

function judge(each: ScheduleFacts, reports: SeenReport[], now: Date, databases = ["shop"]) {
  return judgeSchedules([{ ...each, databases }], { reports: [first, ...reports], now, ownRun: "99-1" });
}

const how = ({ missed }: { missed: readonly Missed[] }) => missed.map(({ how: what, database }) => [what, database]);
const at = (iso: string) => new Date(iso);

describe("a schedule", () => {
  const anyMoment = fc.date({ min: at("2026-03-01T00:00:00Z"), max: at("2036-03-01T00:00:00Z"), noInvalidDate: true });
  const anySchedule = fc.constantFrom(...Object.keys(lines).filter((name) => schedule(name).kinds.length > 0));

  test("that ran late, by up to the grace, is kept; one that left nothing is missed, on any day of ten years", () => {
    fc.assert(
      fc.property(anySchedule, anyMoment, fc.integer({ min: 0, max: grace }), (name, now, late) => {
        const due = lastDue(schedule(name), lines[name] ?? "", now);
        expect(now.getTime() - due.getTime()).toBeGreaterThanOrEqual(grace);
        const done = report(name, new Date(due.getTime() + late));
        expect(judge(facts(name), [done], now)).toMatchObject({ missed: [], kept: [{ at: done.at }] });
        const before = report(name, new Date(due.getTime() - 60_000));
        expect(judge(facts(name), [before], now).missed).toMatchObject([{ how: "missed", due, lastSeen: before.at }]);
      }),
    );
  });

  test("of the last Friday is due on the last Friday, for ten years", () => {
    for (let now = at("2026-03-01T00:00:00Z"); now < at("2036-03-01T00:00:00Z"); now = new Date(now.getTime() + day)) {
      const due = lastDue(schedule("rehearse"), "0 10 * * 5", now);
      expect(due.getUTCDay()).toBe(5);
      expect(new Date(due.getTime() + 7 * day).getUTCMonth()).not.toBe(due.getUTCMonth());
      expect(now.getTime() - due.getTime()).toBeLessThan(36 * day);
    }
  });

  test("of the last Friday is not judged by the runs of other Fridays, which have nothing to do", () => {
    const now = at("2026-11-24T12:00:00Z");
    const other = run(at("2026-11-06T10:04:00Z"), "success", "8-1");
    expect(how(judge(facts("rehearse", [other]), [], now))).toEqual([["missed", "shop"]]);
    const done = report("rehearse", at("2026-10-30T10:05:00Z"));
    expect(judge(facts("rehearse", [run(other.at, "cancelled")]), [done], now).missed).toEqual([]);
    // Set up since, it is first due at the end of this month.
    expect(judge(facts("rehearse", [other], true, at("2026-11-02T12:00:00Z")), [], now).missed).toEqual([]);
    expect(judge(facts("rehearse", [{ ...other, ofAll: false }]), [done], now).missed).toEqual([]);
  });

  test("that is monthly by a day of the month is due on it, also where the month goes on for weeks", () => {
    const now = at("2026-11-24T12:00:00Z");
    expect(lastDue(schedule("rehearse"), "0 10 15 * *", now)).toEqual(at("2026-11-15T10:00:00Z"));
    expect(lastDue(schedule("rehearse"), "0 10 25 * *", now)).toEqual(at("2026-10-25T10:00:00Z"));
  });

  const now = at("2026-11-24T12:00:00Z");
  const due = at("2026-11-23T10:00:00Z");

  test("that nobody started, of all databases, is one thing that is missing", () => {
    const databases = ["shop", "forum"];
    const old = [report("prove", at("2026-11-16T10:03:00Z")), report("prove", at("2026-11-16T10:03:00Z"), "forum")];
    expect(how(judge(facts("prove"), old, now, databases))).toEqual([["missed", null]]);
    const ofOne = judge(facts("prove"), [...old, report("prove", due)], now, databases);
    expect(how(ofOne)).toEqual([["missed", "forum"]]);
    // Whichever of them comes first in the plan.
    const other = judge(facts("prove"), [...old, report("prove", due)], now, databases.toReversed());
    expect(how(other)).toEqual([["missed", "forum"]]);
    expect(other.kept).toEqual(ofOne.kept);
  });

  test.each([
    ["cancelled", "cancelled"],
    ["timed out", "timed_out"],
    ["ended well and left nothing", "success"],
  ])("whose run was %s is told with that run", (_what, conclusion) => {
    const cut = run(at("2026-11-23T10:20:00Z"), conclusion, "8-1");
    expect(judge(facts("prove", [cut]), [], now).missed).toMatchObject([{ how: "cut_off", run: cut }]);
    // The one that should have done it, not the latest.
    const again = run(at("2026-11-24T08:00:00Z"), "failure", "9-1");
    expect(judge(facts("prove", [again, cut]), [], now).missed).toMatchObject([{ run: cut }]);
  });

  test("with a report since and a later run that was cut off is told, one whose cut run came first is not", () => {
    const done = report("prove", at("2026-11-23T11:00:00Z"));
    const cutBefore = run(at("2026-11-23T10:20:00Z"), "cancelled");
    const cutAfter = run(at("2026-11-23T15:00:00Z"), "cancelled");
    expect(how(judge(facts("prove", [cutBefore]), [done], now))).toEqual([]);
    expect(how(judge(facts("prove", [cutAfter]), [done], now))).toEqual([["cut_off", "shop"]]);
    // A person who stops a run of one of several databases has cut off none that its schedule was for.
    const byHand = { ...cutAfter, ofAll: false };
    const both = [done, report("prove", done.at, "forum")];
    expect(judge(facts("prove", [byHand]), both, now, ["shop", "forum"]).missed).toEqual([]);
    expect(how(judge(facts("prove", [byHand]), [done], now))).toEqual([["cut_off", "shop"]]);
  });

  test("whose run is under way is waited for, but not for ever, and never for the run that asks", () => {
    expect(judge(facts("prove", [run(at("2026-11-24T07:00:00Z"), null)]), [], now)).toEqual({ missed: [], kept: [] });
    expect(how(judge(facts("prove", [run(at("2026-11-23T10:00:00Z"), null)]), [], now))).toEqual([["missed", "shop"]]);
    expect(how(judge(facts("prove", [run(at("2026-11-24T07:00:00Z"), null, "99-1")]), [], now))).toEqual([
      ["missed", "shop"],
    ]);
  });

  test("that GitHub switched off is told whatever it did before", () => {
    expect(how(judge(facts("prove", [], false), [report("prove", due)], now))).toEqual([["disabled", null]]);
  });

  test("without a report of its own is judged by its runs alone", () => {
    expect(how(judge(facts("retain"), [], now))).toEqual([["missed", null]]);
    expect(how(judge(facts("retain", [run(at("2026-11-24T05:00:00Z"), "cancelled")]), [], now))).toEqual([
      ["cut_off", null],
    ]);
    // A run that failed has said so itself.
    expect(judge(facts("retain", [run(at("2026-11-24T05:00:00Z"), "failure")]), [], now).missed).toEqual([]);
  });

  test("that is not set up, was set up since, or of a database that is new, is not expected", () => {
    const none = { ...facts("drill"), workflow: null };
    expect(judge(none, [], now)).toEqual({ missed: [], kept: [] });
    expect(judge({ ...facts("retain"), workflow: null }, [], now)).toEqual({ missed: [], kept: [] });
    expect(judge(facts("drill", [], true, at("2026-11-20T00:00:00Z")), [], now)).toEqual({ missed: [], kept: [] });
    expect(
      judge(facts("prove"), [report("backup", now, "young"), report("prove", due)], now, ["shop", "young"]).missed,
    ).toEqual([]);
    // Nor did a run of before begin with it: whether it has a report since, or none so far.
    const ofShop = report("drill", at("2026-10-01T09:05:00Z"));
    const drill = facts("drill", [run(ofShop.at)]);
    expect(judge(drill, [report("backup", now, "young"), ofShop], now, ["shop", "young"]).missed).toEqual([]);
    expect(judge(drill, [ofShop], now, ["shop", "young"]).missed).toEqual([]);
    const sameDay = report("backup", at("2026-10-01T00:00:00Z"), "young");
    expect(judge(drill, [sameDay, ofShop], now, ["shop", "young"]).missed).toEqual([]);
    // A run that had it to do and left nothing is told.
    const before = report("backup", at("2026-09-30T00:00:00Z"), "young");
    expect(how(judge(drill, [before, ofShop], now, ["shop", "young"]))).toEqual([["cut_off", "young"]]);
    // What nobody runs as a workflow, but once left a report, is.
    expect(how(judge(none, [report("drill", at("2026-07-01T09:00:00Z"))], now))).toEqual([["missed", "shop"]]);
    // A set-up that never ran at all has begun with its workflow.
    const empty = { reports: [], now, ownRun: null };
    expect(how(judgeSchedules([facts("backup")], empty))).toEqual([["missed", "shop"]]);
  });
});

test("workflows belong to the schedule that their file's name begins with", () => {
  const named = (path: string) => schedules.filter((each) => isWorkflowOf(each, path)).map(({ name }) => name);
  expect(named(".github/workflows/prove-weekly.yml")).toEqual(["prove"]);
  expect(named(".github/workflows/backup.yaml")).toEqual(["backup"]);
  expect(named(".github/workflows/point-in-time.yml")).toEqual(["point_in_time"]);
  expect(named(".github/workflows/backups-of-photos.yml")).toEqual([]);
  expect(named(".github/workflows/ci.yml")).toEqual([]);
});
