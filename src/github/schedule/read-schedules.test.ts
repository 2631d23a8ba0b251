import { expect, test } from "vitest";
import { readSeenReports } from "./read-schedules.ts";
import { schedules } from "./schedules.ts";

test("reports that are more than are fetched count as of the end of their day, those that are no reports not at all", async () => {
  const due = new Date("2026-10-30T10:00:00Z");
  const paths = [
    "2026/10/30-monthly-7-1-shop.json",
    "2026/10/30-monthly-7-1-forum.json",
    "2026/10/23-monthly-6-1-shop.json",
  ];
  const head = { commit: "c", tree: "t", files: new Map(paths.map((path) => [`reports/${path}`, { sha: path }])) };
  const unparsable = { path: `reports/${paths[1]}`, bytes: Buffer.from("{}") };
  const seen = await readSeenReports(
    head,
    { read: async () => [unparsable] },
    { folder: "reports", databases: ["shop", "forum"], since: new Map([["monthly", due]]) },
  );
  expect(seen.map(({ database, at }) => [database, at.toISOString()])).toEqual([
    ["shop", "2026-10-30T23:59:59.999Z"],
    ["shop", "2026-10-23T00:00:00.000Z"],
  ]);
});

test("reports are known by their names, also where a kind has dashes or is the beginning of another's", async () => {
  const ofKind = [
    "01-drill-report-8812-1-shop",
    "01-drill-8812-1-shop",
    "03-point-in-time-8813-1-my-shop",
    "05-weekly-8-1-shop-2",
  ];
  const files = new Map(ofKind.map((name) => [`reports/2026/10/${name}.json`, { sha: name }]));
  const due = new Date("2026-12-01T00:00:00Z");
  const kinds = schedules.flatMap((each) => each.kinds);
  const seen = await readSeenReports(
    { commit: "c", tree: "t", files },
    { read: async () => [] },
    { folder: "reports", databases: ["shop", "my-shop"], since: new Map(kinds.map((kind) => [kind, due])) },
  );
  expect(seen.map(({ kind, database }) => `${kind} of ${database}`)).toEqual([
    "drill-report of shop",
    "drill of shop",
    "point-in-time of my-shop",
    "weekly of shop",
  ]);
});
