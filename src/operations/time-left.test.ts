import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { backupTaken, green } from "../report/examples/reports.ts";
import { pastRuns, phasesOf } from "./time-left.ts";

test("the steps by which a run is timed are those that it has", async () => {
  const sources = new URL("../", import.meta.url);
  const paths = (await readdir(sources, { recursive: true })).filter(
    (path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.endsWith("operations/time-left.ts"),
  );
  const text = (await Promise.all(paths.map((path) => readFile(new URL(path, sources), "utf8")))).join("\n");
  for (const work of [{ of: "backup" }, { of: "proof", kind: "weekly" }, { of: "recovery", method: "" }] as const) {
    for (const step of phasesOf(work)?.flatMap(({ steps }) => steps) ?? []) {
      const place = ['"', "`"].map((quote) => text.indexOf(`${quote}${step}`)).find((found) => found >= 0);
      expect([step, place]).toEqual([step, expect.any(Number)]);
    }
  }
});

test("earlier runs are those of the same kind that came to their end", () => {
  const weekly = { ...green({ kind: "weekly" }), report: { markdown: "", json: "" } };
  const backup = { ...backupTaken(), report: { markdown: "", json: "" } };
  const [proof] = pastRuns({ of: "proof", kind: "weekly" }, [backup, weekly]);
  expect(proof?.phases.map(({ name }) => name)).toEqual(expect.arrayContaining(["fetch", "restore", "census"]));
  expect(proof?.bytes).toBe(weekly.backup?.size_bytes);
  expect(pastRuns({ of: "proof", kind: "monthly" }, [backup, weekly])).toEqual([]);
  expect(pastRuns({ of: "proof", kind: "weekly" }, [{ ...weekly, verdict: "inconclusive" }])).toEqual([]);
  const [taken] = pastRuns({ of: "backup" }, [weekly, backup]);
  expect(taken?.phases.map(({ name }) => name)).toEqual(["dump", "vault"]);
  expect(pastRuns({ of: "drill" }, [backup, weekly])).toEqual([]);
});
