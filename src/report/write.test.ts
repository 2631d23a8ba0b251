import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { registerSecret } from "../base/redact.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { backupTaken, failed, green } from "./examples/reports.ts";
import { withoutPictures } from "./picture.ts";
import { readReport, writeReport } from "./write.ts";

describe("writing", () => {
  test("puts markdown and JSON below the day, and reads them back", async () => {
    await using scratch = await scratchDirectory("reports");
    const directory = join(scratch.path, "reports");
    const report = await writeReport(directory, failed());
    expect(report.report).toEqual({
      markdown: "reports/2026/11/23-weekly-8812-1-inner-odyssey.md",
      json: "reports/2026/11/23-weekly-8812-1-inner-odyssey.json",
    });
    expect(await readReport(join(scratch.path, report.report.json))).toEqual(report);
    expect(await readFile(join(scratch.path, report.report.markdown), "utf8")).toMatch(/^# ❌ Failed: inner-odyssey\n/);
  });

  test("puts the pictures of a proof beside it, under its name, and its page shows them", async () => {
    await using scratch = await scratchDirectory("reports");
    const { report } = await writeReport(join(scratch.path, "reports"), green());
    const stem = report.markdown.replace(/\.md$/, "");
    const page = await readFile(join(scratch.path, report.markdown), "utf8");
    expect(page).toContain(
      'srcset="23-weekly-8812-1-inner-odyssey.dark.svg"><img src="23-weekly-8812-1-inner-odyssey.svg"',
    );
    expect(withoutPictures(page)).not.toContain("<picture>");
    expect(withoutPictures(page)).toContain("| `restore.data` |");
    const [light, dark] = await Promise.all(
      [".svg", ".dark.svg"].map((ending) => readFile(join(scratch.path, stem + ending), "utf8")),
    );
    expect(light).toContain("restored in");
    expect(dark).not.toBe(light);
  });

  test("never overwrites: eight runs with one name give eight reports and leave nothing else", async () => {
    await using scratch = await scratchDirectory("reports");
    const directory = join(scratch.path, "reports");
    const written = await Promise.all(Array.from({ length: 8 }, () => writeReport(directory, backupTaken())));
    expect(new Set(written.map(({ report }) => report.json)).size).toBe(8);
    const files = await readdir(join(directory, "2026/11"));
    expect(files).toHaveLength(16);
    for (const { report } of written) {
      const back = await readReport(join(scratch.path, report.json));
      expect(back.report).toEqual(report);
    }
  });

  test("keeps a hostile run id inside the folder", async () => {
    await using scratch = await scratchDirectory("reports");
    const report = await writeReport(
      join(scratch.path, "reports"),
      green({ run: { ...green().run, id: "../../x y/ü" } }),
    );
    expect(report.report.json).toMatch(/^reports\/2026\/11\/23-weekly-[\w.-]+\.json$/);
    expect(await readdir(scratch.path)).toEqual(["reports"]);
  });

  test("blanks out secrets, also those that JSON would escape", async () => {
    await using scratch = await scratchDirectory("reports");
    const canary = 'canary"pass\\word';
    registerSecret(canary);
    const report = await writeReport(
      join(scratch.path, "reports"),
      backupTaken({ verdict: "failed", backup: null, reason: `no ${canary} here` }),
    );
    for (const file of [report.report.json, report.report.markdown]) {
      const text = await readFile(join(scratch.path, file), "utf8");
      expect(text).not.toContain("canary");
      expect(text).toMatch(/no (\\?\*){3} here/);
    }
  });

  test("says where it could not write", async () => {
    await using scratch = await scratchDirectory("reports");
    await writeFile(join(scratch.path, "reports"), "a file");
    await expect(writeReport(join(scratch.path, "reports"), green())).rejects.toMatchObject({
      id: "report.not_written",
      kind: "surroundings",
    });
  });
});

describe("reading", () => {
  test.each([
    ["no JSON", "{", "cannot be read as JSON"],
    ["another document", '{"a": 1}', "kind"],
    ["a missing field", JSON.stringify({ ...backupTaken() }), "report"],
  ])("refuses %s", async (_what, text, says) => {
    await using scratch = await scratchDirectory("reports");
    const path = join(scratch.path, "x.json");
    await writeFile(path, text);
    await expect(readReport(path)).rejects.toThrow(says);
  });

  test("passes over what a later version added", async () => {
    await using scratch = await scratchDirectory("reports");
    const path = join(scratch.path, "x.json");
    const report = { ...backupTaken(), report: { markdown: "a", json: "b" } };
    await writeFile(path, JSON.stringify({ ...report, news: 1 }));
    expect(await readReport(path)).toEqual(report);
  });
});
