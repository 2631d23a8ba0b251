import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { placeRepository, vaultPassword } from "../../test/support/vault.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { isDisaster, listReports } from "../report/history.ts";
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
  await writeFile(
    join(folder, "team.yaml"),
    "version: 1\ndatabases: {shop: {platform: supabase, critical_tables: [public.orders], disaster: {runbook: runbook.md}}}\n",
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

/** A small production, and a vault whose key costs nothing. */
async function small() {
  const repository = join(folder, randomUUID());
  await placeRepository(repository);
  return { plan: "ithaca.yaml", families: 10, e2e: false, vault: { repository, password: vaultPassword } };
}

test("a drill: production is lost and comes back, what was lost is counted, and the runbook keeps people's text", async () => {
  const { report, runbook: update } = await drill(context, { ...(await small()), older: false });
  expect(report).toMatchObject({ verdict: "proven", production: "made-up", trend: { drills: 0 } });
  const { rows, objectives } = report;
  expect(rows?.recovered).toBeGreaterThan(0);
  expect(rows?.lost).toBeGreaterThan(0);
  expect(rows?.written).toBe((rows?.recovered ?? 0) + (rows?.lost ?? 0));
  expect(objectives.rto.met).toBe(true);
  expect(objectives.rpo.met).toBe(true);
  expect(update?.patch).toContain("+Measured");
  const page = await readFile(join(folder, "runbook.md"), "utf8");
  expect(page.startsWith("# Ours\r\n\n<!-- measured:drill -->")).toBe(true);
  expect(page.endsWith("<!-- /measured -->\n\tpeople's  text \n")).toBe(true);
}, 120_000);

test("the rehearsal of an attack, under any team's plan, names exactly what was planted, dates it, and proves every key at the gateway", async () => {
  const result = await disaster(context, "ransomware", { ...(await small()), plan: "team.yaml", rehearse: true });
  const state = (id: string) => result.steps.find((step) => step.id === id);
  expect(state("audit")).toMatchObject({ state: "done", says: expect.stringContaining("role ithaca_backdoor") });
  expect(state("audit")?.says.split(";")).toHaveLength(5);
  expect(state("when")).toMatchObject({
    state: "done",
    says: expect.stringMatching(/rows after .*rows in the hour of/),
  });
  expect(state("restore")).toMatchObject({ state: "done" });
  expect(state("sign-out")).toMatchObject({ state: "done", says: expect.stringContaining("nobody is signed in") });
  expect(state("revoke-keys")).toMatchObject({ state: "done", says: expect.stringContaining("refused 3 old keys") });
  expect(state("rotate-secrets")).toMatchObject({ says: expect.stringContaining("PAYMENTS_KEY: proven") });
  expect(result.verdict).toBe("proven");
  const { reports } = await listReports(join(folder, ".ithaca/reports"), "shop");
  expect(reports.filter(isDisaster)).toMatchObject([{ scenario: "ransomware", mode: "rehearse", verdict: "proven" }]);
  expect(result.not_covered.map(({ what }) => what)).toContain("the platform itself");
}, 120_000);

test("the rehearsal of an outage brings back what only the own server has, and leaves what both have changed to people", async () => {
  const result = await disaster(context, "outage", { ...(await small()), rehearse: true });
  const state = (id: string) => result.steps.find((step) => step.id === id);
  expect(state("watch")).toMatchObject({ state: "done", says: expect.stringContaining("over an hour") });
  expect(state("merge")?.says).toMatch(
    /only the own server has 2 new, 1 changed, 1 deleted.*1 changed on both, a person decides \(2\)/,
  );
  expect(state("return")).toMatchObject({ state: "done", says: expect.stringContaining("2 new rows and 1 changed") });
  // The app's tests were left out, and what was left out is not green.
  expect(state("api")).toMatchObject({ state: "not_run" });
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
