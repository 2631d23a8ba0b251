import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scratchDirectory } from "../base/scratch.ts";
import { refusal, shop, top } from "./examples/refusals.ts";
import { loadPlan, parsePlan } from "./parse.ts";

describe("a plan that is taken", () => {
  test("may have five lines", () => {
    const plan = parsePlan(shop("url_secret: SHOP_URL"), "ithaca.yaml");
    expect(plan.databases.shop).toMatchObject({
      url_secret: "SHOP_URL",
      platform: "postgres",
      backup: { connections: 6, jobs: 2 },
    });
    expect(plan.objectives).toEqual({ rto: 14_400, rpo: 86_400 });
  });
  test.each([
    ["{}", "version: 1\ndatabases:\n  shop: {}"],
    ["nothing", "version: 1\ndatabases:\n  shop:"],
    ["a null", "version: 1\ndatabases:\n  shop: null\nobjectives:\nretention: ~"],
    ["Windows line ends and a byte order mark", "\ufeffversion: 1\r\ndatabases:\r\n  shop:\r\n    checks:\r\n"],
  ])("may have an entry of %s", (_what, text) => {
    const plan = parsePlan(text, "ithaca.yaml");
    expect(plan.databases.shop?.url_secret).toBe("ITHACA_DATABASE_URL");
    expect(plan.retention.daily).toBe(7);
  });
  test("may share entries by anchor", () => {
    const plan = parsePlan(shop("critical_tables: &same [public.a]", "rls_tables: *same"), "ithaca.yaml");
    expect(plan.databases.shop?.rls_tables).toEqual(["public.a"]);
  });
  test("turns durations into seconds", () => {
    const { objectives, alerts } = parsePlan(
      top("objectives: {rto: 90s, rpo: 7d}", "alerts: {backup_longer_than: 5m}"),
      "x",
    );
    expect([objectives.rto, objectives.rpo, alerts.backup_longer_than]).toEqual([90, 604_800, 300]);
  });
});

test("all faults come at once, by line, with how many there are", () => {
  const text = [
    "version: 2",
    "databases:",
    "  shop:",
    "    platfrom: x",
    "    smoke: []",
    "  shop: {}",
    "retention: {daily: -1}",
  ].join("\n");
  expect(refusal(text).message.split("\n")).toEqual([
    "ithaca.yaml:1: version must be 1 (it says 2)",
    expect.stringMatching(/^ithaca.yaml:6: shop is written a second time/),
    "ithaca.yaml:7: retention.daily must be at least 1 (it says -1)",
    "ithaca.yaml has 3 errors, so nothing was done; correct these lines and try again.",
  ]);
});

describe("a plan's file", () => {
  test("gives its folder, to which its paths are relative", async () => {
    await using scratch = await scratchDirectory("plan");
    await writeFile(join(scratch.path, "ithaca.yaml"), shop("checks: sql/checks"));
    const { plan, directory } = await loadPlan(join(scratch.path, "ithaca.yaml"));
    expect(directory).toBe(scratch.path);
    expect(plan.databases.shop?.checks).toBe("sql/checks");
  });
  test("may be missing, or a folder", async () => {
    await using scratch = await scratchDirectory("plan");
    await mkdir(join(scratch.path, "folder"));
    await expect(loadPlan(join(scratch.path, "none.yaml"))).rejects.toMatchObject({ id: "plan.missing", exitCode: 2 });
    await expect(loadPlan(join(scratch.path, "folder"))).rejects.toThrow("it is a folder");
  });
});
