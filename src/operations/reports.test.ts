import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { proofContext } from "../../test/support/proof.ts";
import { testVault, vaultPassword } from "../../test/support/vault.ts";
import { readLog } from "../audit/read-log.ts";
import { run } from "../base/child-process.ts";
import { fixedClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { planSchema } from "../plan/schema.ts";
import { newestLinks } from "../report/chain/folder.ts";
import { chainHead } from "../report/chain/next-links.ts";
import { backupTaken } from "../report/examples/reports.ts";
import { writeReport } from "../report/write.ts";
import { audited } from "./audited.ts";
import type { UseCaseContext } from "./context.ts";
import { buildReports, verifyReports } from "./reports.ts";

const written = "version: 1\ndatabases:\n  shop: {}\n";
const plan = planSchema.parse({ version: 1, databases: { shop: {} } });
const options = { plan: "ithaca.yaml" };
let scratch: Scratch;
let context: UseCaseContext;
let day = 0;

beforeEach(async () => {
  scratch = await scratchDirectory("reports");
  context = {
    environment: {},
    clock: fixedClock("2026-11-23T11:00:00Z"),
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: scratch.path,
  };
  await writeFile(join(scratch.path, "ithaca.yaml"), written);
  return () => scratch[Symbol.asyncDispose]();
});

const folder = (path = "") => join(scratch.path, "reports", path);

/** What a night leaves behind: the record of a backup, its page, and two entries of the audit log. */
async function night(): Promise<{ markdown: string }> {
  day += 1;
  const report = { ...backupTaken(), database: "shop" };
  return audited(context, { operation: "backup", database: "shop", plan }, async () => {
    const { report: files } = await writeReport(folder(), { ...report, run: { ...report.run, id: `night-${day}` } });
    return { verdict: "taken", markdown: files.markdown.replace("reports/", "") };
  });
}

const git = (...args: string[]) =>
  run("git", ["-c", "user.name=Test", "-c", "user.email=test@example.org", ...args], { cwd: scratch.path });

async function commit(): Promise<void> {
  await git("init", "--quiet");
  await git("add", "reports");
  await git("commit", "--quiet", "-m", "Reports");
}

describe("a folder that nobody touched", () => {
  test("is intact, and nothing can be said without a chain", async () => {
    await night();
    await commit();
    // Reports that are committed and in no link: somebody brought them, or they are older than the chain.
    expect(await verifyReports(context, options)).toMatchObject({ verdict: "changed", findings: { length: 4 } });
    await buildReports(context, options);
    expect(await verifyReports(context, options)).toMatchObject({
      verdict: "intact",
      chains: [{ database: "shop", sequence: 1, files: 8 }],
      anchors: 1,
    });
    await rm(folder(), { recursive: true });
    expect(await verifyReports(context, options)).toMatchObject({ verdict: "inconclusive", chains: [] });
  });

  test("holds files of this run that nobody has published yet", async () => {
    await night();
    await buildReports(context, options);
    await commit();
    const { markdown } = await night();
    const outcome = await verifyReports(context, options);
    expect(outcome).toMatchObject({ verdict: "intact", pending: { length: 4 } });
    expect(outcome.pending).toContain(markdown);
  });

  test("gets its index and links once, and the next link after the first", async () => {
    await night();
    const charts = ["calendar", "calendar-dark", "size", "size-dark"].map((name) => `reports/charts/shop/${name}.svg`);
    expect((await buildReports(context, options)).written).toEqual([
      ...charts,
      "reports/chain/shop/000001.json",
      "reports/README.md",
    ]);
    expect((await buildReports(context, options)).written).toEqual([...charts, "reports/README.md"]);
    await night();
    expect((await buildReports(context, options)).written).toContain("reports/chain/shop/000002.json");
    const page = await readFile(folder("README.md"), "utf8");
    expect(page).toContain('<img src="charts/shop/calendar.svg"');
    expect(page).toMatch(/\| `shop` \| 2 \| `[0-9a-f]{64}` \|/);
  });

  test("can be verified by hand, with the lines of docs/evidence.md", async () => {
    for (const state of ["begun", "over"]) {
      await night();
      await mkdir(folder("disasters/shop"), { recursive: true });
      await writeFile(folder("disasters/shop/2026-11-22-outage.md"), state);
      await buildReports(context, options);
    }
    const docs = await readFile(new URL("../../docs/evidence.md", import.meta.url), "utf8");
    const [, script = ""] = /```sh\n# by hand\n([^`]*)```/.exec(docs) ?? [];
    expect(script).toContain("sha256sum");
    const byHand = () => run("bash", ["-euo", "pipefail", "-c", script], { cwd: scratch.path });
    expect(await byHand()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("shop: 2 links") });
    await appendFile(folder("chain/shop/000001.json"), " ");
    expect((await byHand()).exitCode).not.toBe(0);
  });
});

describe("a history that was changed", () => {
  test("is named, and nothing is built upon it", async () => {
    const { markdown } = await night();
    await buildReports(context, options);
    await appendFile(folder(markdown), " ");
    expect(await verifyReports(context, options)).toMatchObject({
      verdict: "changed",
      findings: [{ kind: "altered", path: markdown }],
    });
    await expect(buildReports(context, options)).rejects.toMatchObject({ id: "report.chain_broken", kind: "failed" });
  });

  test("together with its chain and index is found by the audit log, a digest from a mail, and the vault", async () => {
    const { markdown } = await night();
    await night();
    await buildReports(context, options);
    const honest = chainHead(await newestLinks(folder(), "shop"), "shop");
    const kept = honest?.digest ?? "";
    await using held = await testVault();
    const directory = join(held.path, "backup");
    const evidence = { sequence: honest?.sequence ?? 0, digest: kept };
    const manifest = { ...proofContext().manifest, files: [], evidence };
    await mkdir(directory);
    await writeFile(join(directory, "backup.json"), JSON.stringify(manifest));
    await held.vault.save(directory, manifest);
    const { PATH = "" } = process.env;
    const environment = { PATH, RESTIC_REPOSITORY: held.repository, RESTIC_PASSWORD: vaultPassword };
    const look = (more: { expect?: string[]; vault?: boolean }) =>
      verifyReports({ ...context, environment }, { ...options, ...more });
    expect(await look({ vault: true, expect: [`sha256:${kept}`] })).toMatchObject({ verdict: "intact", anchors: 3 });

    // Somebody who may write to the repository changes a report and makes everything after it anew.
    await writeFile(folder(markdown), "# ✅ Backed up, really");
    await rm(folder("chain"), { recursive: true });
    await rm(folder("README.md"));
    await buildReports(context, options);
    expect(await look({})).toMatchObject({
      verdict: "intact",
      notes: [expect.stringContaining("Git"), expect.stringContaining("--vault or --expect")],
    });
    const rewritten = { verdict: "changed", findings: [{ kind: "rewritten" }] };
    expect(await look({ expect: [kept] })).toMatchObject(rewritten);
    const byVault = await look({ vault: true });
    expect(byVault).toMatchObject(rewritten);
    expect(byVault.findings[0]?.why).toContain(`backup ${manifest.id} in the vault`);

    // The backup of the night after remembers the new chain; the one before does not.
    const anew = chainHead(await newestLinks(folder(), "shop"), "shop");
    const later = { ...manifest, id: "2099-01-01T02-00-05Z-shop-4f1c2a9b", taken_at: "2099-01-01T02:00:05.000Z" };
    const next = { ...later, evidence: { sequence: anew?.sequence ?? 0, digest: anew?.digest ?? "" } };
    await writeFile(join(directory, "backup.json"), JSON.stringify(next));
    await held.vault.save(directory, next);
    expect((await look({ vault: true })).findings).toEqual(byVault.findings);

    // A later entry of the audit log names the honest link: it would have to be changed as well.
    await writeFile(
      folder("audit/shop/2026/11/23/later.json"),
      JSON.stringify({ ...(await firstEntry()), id: crypto.randomUUID(), details: { evidence } }),
    );
    expect((await look({})).findings.map(({ why }) => why)).toContainEqual(
      expect.stringContaining("audit log's entry"),
    );
  });

  test("what is expected must be a digest", async () => {
    await expect(verifyReports(context, { ...options, expect: ["4f1c"] })).rejects.toMatchObject({ kind: "input" });
  });
});

async function firstEntry(): Promise<Record<string, unknown>> {
  const { entries } = await readLog(folder());
  return { ...entries[0] };
}
