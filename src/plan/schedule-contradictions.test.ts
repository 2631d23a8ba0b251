import { describe, expect, test } from "vitest";
import { faults, refusal } from "./examples/refusals.ts";
import { parsePlan } from "./parse.ts";

/** A plan of one database; what is behind it begins in line 3. */
const plan = (lines: readonly string[], database = "{}") =>
  ["version: 1", `databases: {shop: ${database}}`, ...lines].join("\n");
const backup = (line: string, watch = "30 2 * * *") => `schedule: {backup: "${line}", watch: "${watch}"}`;

describe("backups that are too seldom for the recovery point objective", () => {
  const mend =
    "back up more often or allow more, or say under point_in_time or managed.pitr what goes back to a second";
  test.each<[string, string[], string]>([
    [
      "an hour, and a backup each week",
      ["objectives: {rpo: 1h}", backup("0 2 * * 0")],
      "objectives.rpo is 1 h, and by schedule.backup (0 2 * * 0) up to 7 d lie between two backups of shop",
    ],
    [
      "an hour, and the backup of every night that is the default",
      ["objectives: {rpo: 1h}"],
      "objectives.rpo is 1 h, and by schedule.backup (0 2 * * *) up to 24 h lie between two backups of shop",
    ],
    [
      "the default, and no backup at weekends",
      [backup("0 2 * * 1-5")],
      "objectives.rpo is 24 h, and by schedule.backup (0 2 * * 1-5) up to 3 d lie between two backups of shop",
    ],
  ])("%s", (_what, lines, told) => {
    expect(faults(plan(lines))).toEqual([`ithaca.yaml:3: ${told}; ${mend}`]);
    expect(refusal(plan(lines)).exitCode).toBe(2);
  });
  test("what some other database has keeps nothing of this one", () => {
    const shop = "{point_in_time: {stanza: shop}}, blog: {url_secret: A, recovery: {url_secret: B}}";
    expect(faults(plan(["objectives: {rpo: 5m}"], shop))).toEqual([
      expect.stringContaining("lie between two backups of blog;"),
    ]);
  });
  test.each<[string, string[], string]>([
    ["as long as the gap is", ["objectives: {rpo: 24h}", backup("0 2 * * *")], "{}"],
    ["a week, for a backup each week", ["objectives: {rpo: 7d}", backup("0 2 * * 0")], "{}"],
    ["minutes, where the platform goes back to a second", ["objectives: {rpo: 5m}"], "{managed: {pitr: true}}"],
    ["minutes, where the team's own log does", ["objectives: {rpo: 5m}"], "{point_in_time: {stanza: shop}}"],
    ["minutes, where somebody keeps a log", ["objectives: {rpo: 5m}"], "{point_in_time: {engine: pgbackrest}}"],
    ["a day, where the platform takes the daily backup", [backup("0 2 * * 0")], "{managed: {}}"],
    ["a day, where a person exports more often", [backup("0 2 * * 0")], "{exports: {max_age: 1d}}"],
  ])("an objective that can be kept: %s", (_what, lines, database) => {
    parsePlan(plan(lines, database), "ithaca.yaml");
  });
});

describe("a watch that comes before the backup", () => {
  test.each<[string, string, string, string]>([
    ["an hour", "0 2 * * *", "0 1 * * *", "1 h before"],
    ["by default, since only the backup was moved", "0 3 * * *", "30 2 * * *", "30 min before"],
    ["the same moment", "0 2 * * *", "0 2 * * *", "at the same time as"],
    ["across midnight", "15 0 * * *", "45 23 * * *", "30 min before"],
    ["on working days", "0 2 * * 1-5", "30 1 * * 1-5", "30 min before"],
  ])("%s", (_what, taken, watch, when) => {
    expect(faults(plan(["objectives: {rpo: 7d}", backup(taken, watch)]))).toEqual([
      `ithaca.yaml:4: schedule.watch (${watch}) is due ${when} schedule.backup (${taken}), so it judges the backup before that one; let it come half an hour after the backup`,
    ]);
  });
  test.each([
    ["across midnight", "45 23 * * *", "15 0 * * *"],
    ["in the afternoon", "0 2 * * *", "0 16 * * *"],
    ["of the evening's backup in the morning", "0 20 * * *", "0 7 * * *"],
    ["every half hour, among them the one after the backup", "0 2 * * *", "*/30 * * * *"],
    ["every minute", "0 2 * * *", "* * * * *"],
    ["once a day, of one backup every hour", "0 * * * *", "30 2 * * *"],
    ["with the last backup of the hour", "*/15 * * * *", "30 2 * * *"],
    ["daily, of a backup each week", "0 2 * * 0", "0 1 * * *"],
    ["weekly, of a backup each day", "0 2 * * *", "30 2 * * 1"],
  ])("one that comes after it, %s, is taken", (_what, taken, watch) => {
    parsePlan(plan(["objectives: {rpo: 7d}", backup(taken, watch)]), "ithaca.yaml");
  });
});

test("lines and objectives that the schema refuses are told once", () => {
  expect(faults(plan([`schedule: {backup: "0 25 * * *"}`, "objectives: {rpo: 1}"]))).toHaveLength(2);
});
