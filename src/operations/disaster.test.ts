import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import type { UseCaseContext } from "./context.ts";
import { disaster } from "./disaster.ts";
import { drill } from "./drill.ts";

let folder: string;
let context: UseCaseContext;
const runbook = (measured: string) =>
  `# Ours\r\n\n<!-- measured:drill -->${measured}<!-- /measured -->\n\tpeople's  text \n`;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ithaca-drill-"));
  await writeFile(
    join(folder, "ithaca.yaml"),
    "version: 1\ndatabases: {inner-odyssey: {platform: supabase, disaster: {runbook: runbook.md}}}\n",
  );
  await writeFile(join(folder, "runbook.md"), runbook("old"));
  const { PATH, HOME } = process.env;
  context = {
    environment: { PATH, HOME },
    clock: systemClock,
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: folder,
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const small = { plan: "ithaca.yaml", families: 10, e2e: false };

test("two drills: production is lost and comes back, what was lost is counted, and the second is set against the first", async () => {
  const first = await drill(context, { ...small, older: false });
  expect(first.report).toMatchObject({ verdict: "proven", production: "made-up", trend: { drills: 0 } });
  const { rows, objectives } = first.report;
  expect(rows?.recovered).toBeGreaterThan(0);
  expect(rows?.lost).toBeGreaterThan(0);
  expect(rows?.written).toBe((rows?.recovered ?? 0) + (rows?.lost ?? 0));
  expect(objectives.rto.met).toBe(true);
  expect(objectives.rpo.met).toBe(true);
  expect(first.runbook?.patch).toContain("+Measured");
  const page = await readFile(join(folder, "runbook.md"), "utf8");
  expect(page.startsWith("# Ours\r\n\n<!-- measured:drill -->")).toBe(true);
  expect(page.endsWith("<!-- /measured -->\n\tpeople's  text \n")).toBe(true);
  const second = await drill(context, { ...small, older: false });
  expect(second.report.trend.drills).toBe(1);
  expect(second.report.trend.series).toHaveLength(2);
  expect(second.report.trend.changes.map(({ name }) => name)).toContain("recover.execute");
}, 120_000);

test("the rehearsal of an attack names exactly what was planted; without the platform's API it is not green", async () => {
  const result = await disaster(context, "ransomware", { ...small, rehearse: true });
  const state = (id: string) => result.steps.find((step) => step.id === id);
  expect(state("audit")).toMatchObject({ state: "done", says: expect.stringContaining("role ithaca_backdoor") });
  expect(state("audit")?.says.split(";")).toHaveLength(5);
  expect(state("when")).toMatchObject({ state: "done" });
  expect(state("restore")).toMatchObject({ state: "done" });
  expect(state("sign-out")).toMatchObject({ state: "done", says: expect.stringContaining("nobody is signed in") });
  expect(state("revoke-keys")).toMatchObject({ state: "not_run" });
  expect(result.verdict).toBe("inconclusive");
}, 120_000);

test("nothing is carried out without the typed name, and a plan does nothing", async () => {
  const refused = disaster(context, "deleted", { plan: "ithaca.yaml", execute: true, confirm: "shop" });
  await expect(refused).rejects.toMatchObject({ id: "recovery.not_confirmed" });
  const both = disaster(context, "deleted", { plan: "ithaca.yaml", execute: true, rehearse: true });
  await expect(both).rejects.toMatchObject({ id: "disaster.one_mode" });
  const wrong = disaster(context, "deleted", { plan: "ithaca.yaml", done: ["dns"] });
  await expect(wrong).rejects.toMatchObject({ id: "disaster.unknown_step" });
  const plan = await disaster(context, "deleted", { plan: "ithaca.yaml" });
  expect(plan).toMatchObject({ verdict: "proven", mode: "plan", id: null });
  expect(plan.steps.every(({ state }) => state === "pending")).toBe(true);
});
