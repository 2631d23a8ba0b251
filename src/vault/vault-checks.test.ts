import { expect, test } from "vitest";
import type { VaultEntry, VaultListing } from "./types.ts";
import { checkDays, checkNewest, checkReadable, checkSizes, checkStructure } from "./vault-checks.ts";

function entry(day: number, size = 50e6): VaultEntry {
  const taken_at = `2026-11-${String(day).padStart(2, "0")}T02:00:05Z`;
  return {
    id: `id-${day}`,
    database: "app",
    taken_at,
    digest: "d",
    size_bytes: size,
    files: 1,
    saved_at: taken_at,
    snapshot: "1",
    superseded: [],
  };
}

function listing(entries: readonly VaultEntry[], unreadable: readonly string[] = []): VaultListing {
  return { entries, unreadable, remarks: [] };
}

const days = (...list: number[]) => listing(list.map((day) => entry(day)));
const now = new Date("2026-11-22T03:00:00Z");

test("the newest backup must be young enough, and of the past", () => {
  const options = { maxAge: 26 * 3600, now, database: "app" };
  expect(checkNewest(days(22, 21), options).status).toBe("passed");
  expect(checkNewest(days(21), options).status).toBe("passed");
  expect(checkNewest(days(20), options)).toMatchObject({ status: "failed", actual: "2 d old" });
  expect(checkNewest(days(25), options)).toMatchObject({ status: "failed", actual: expect.stringContaining("future") });
  expect(checkNewest(days(), options)).toMatchObject({ status: "failed", actual: "no backup" });
});

test("an entry that cannot be read is a finding", () => {
  expect(checkReadable(days(22)).status).toBe("passed");
  expect(checkReadable(listing([], ["948c5902"]))).toMatchObject({
    status: "failed",
    findings: [{ object: "snapshot 948c5902" }],
  });
});

test.each([
  ["all there, with today's", [22, 21, 20, 19, 18, 17, 16], []],
  ["all there, before tonight's", [21, 20, 19, 18, 17, 16, 15], []],
  ["after a retention of seven", [22, 21, 20, 19, 18, 17, 16, 9], []],
  ["two are missing", [22, 21, 18, 17, 16, 2], ["2026-11-19", "2026-11-20"]],
  ["the last nights are missing", [19, 18, 17, 16, 15, 14, 13], ["2026-11-20", "2026-11-21"]],
  ["days before the first backup", [22, 20], ["2026-11-21"]],
])("days: %s", (_name, present, missing) => {
  const result = checkDays(days(...present), { days: 7, now });
  expect(result.findings.map((finding) => finding.object)).toEqual(missing);
  expect(result.status).toBe(missing.length > 0 ? "failed" : "passed");
});

test("days on which no backup is due are not missing", () => {
  const isDue = (day: Date) => ![0, 6].includes(day.getUTCDay());
  const of = (...present: number[]) => checkDays(days(...present), { days: 7, now, isDue });
  expect(of(20, 19, 18, 17, 16)).toMatchObject({ status: "passed", actual: "5 of 5 days" });
  expect(of(20, 19, 17, 16).findings.map(({ object }) => object)).toEqual(["2026-11-18"]);
});

test("a first backup that is known makes emptied days missing", () => {
  const options = { days: 7, now, firstEver: new Date("2026-11-01T02:00:00Z") };
  expect(checkDays(days(22, 21), options).findings).toHaveLength(5);
  expect(checkDays(days(), options).status).toBe("failed");
});

const sizes = (...list: number[]) => listing(list.map((size, index) => entry(22 - index, size)));

test.each([
  ["in line", [50e6, 49e6, 48e6, 51e6], "passed"],
  ["collapsed", [20e6, 49e6, 48e6, 51e6], "failed"],
  ["exploded", [120e6, 49e6, 48e6, 51e6], "failed"],
  ["one outlier earlier does not count", [50e6, 500e6, 48e6, 51e6], "passed"],
  ["small databases may jump", [3e6, 100e3, 90e3, 80e3], "passed"],
  ["too few to compare", [1e6, 900e6], "passed"],
])("sizes: %s", (_name, list, status) => {
  expect(checkSizes(sizes(...list)).status).toBe(status);
});

test("sizes: without a backup the check did not run, with few it says so", () => {
  expect(checkSizes(sizes())).toMatchObject({ status: "not_run", reason: "there is no backup" });
  expect(checkSizes(sizes(1, 2)).reason).toContain("only 1");
});

test("restic's verdict becomes findings that name what is damaged", () => {
  expect(checkStructure(0, "no errors were found", "structure").status).toBe("passed");
  const output = [
    "load indexes",
    "pack f41ee2653a: not referenced in any index",
    "pack 8e40dadf383ee4: does not exist",
    "Fatal: repository contains errors",
  ].join("\n");
  const result = checkStructure(1, output, "all");
  expect(result).toMatchObject({ status: "failed", actual: "1 error" });
  expect(result.findings).toMatchObject([
    { object: "pack 8e40dadf", actual: expect.stringContaining("does not exist") },
  ]);
  const json = [
    '{"message_type":"summary","num_errors":1,"broken_packs":null}',
    '{"message_type":"error","error":{"message":"pack 8e40dadf383ee4: does not exist"}}',
    '{"message_type":"exit_error","code":1,"message":"Fatal: repository contains errors"}',
  ].join("\n");
  expect(checkStructure(1, json, "all").findings).toEqual(result.findings);
  expect(checkStructure(1, "", "structure").findings).toHaveLength(1);
});
