import { expect, test } from "vitest";
import { readSeenReports } from "./read-schedules.ts";

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
