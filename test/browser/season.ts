import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { planSchema } from "../../src/plan/schema.ts";
import { indexPath } from "../../src/report/chain/link.ts";
import { chainHeads, nextLinks } from "../../src/report/chain/next-links.ts";
import { chartFiles } from "../../src/report/charts/draw.ts";
import { history } from "../../src/report/examples/history.ts";
import { backupTaken, failed, green, inconclusive } from "../../src/report/examples/reports.ts";
import { indexPage } from "../../src/report/index-page.ts";
import type { ProofReport } from "../../src/report/model.ts";
import { siteFiles } from "../../src/report/site/site.ts";
import { jsonOf, pagesOf } from "../../src/report/write.ts";

export interface Season {
  /** The pages of the newest proof and of one that failed, from the site's root. */
  readonly proof: string;
  readonly failed: string;
  /** The reports' index, from the folder of the evidence. */
  readonly index: string;
}

/** Writes the site of a made-up season to a folder. */
export async function writeSeason(directory: string, proven: Omit<ProofReport, "report"> = green()): Promise<Season> {
  const parts = { backup: backupTaken(), proofs: { proven, failed: failed(), inconclusive: inconclusive() } };
  const reports = history({ database: "inner-odyssey", end: "2026-11-23", days: 97, ...parts });
  const below = (path: string) => path.replace(/^reports\//, "");
  const files = reports.flatMap((report) => [
    ...pagesOf(report, below(report.report.markdown)).map(({ path, text }) => ({ path, bytes: Buffer.from(text) })),
    { path: below(report.report.json), bytes: Buffer.from(jsonOf(report)) },
  ]);
  const at = new Date("2026-11-23T11:00:00Z");
  const links = nextLinks([], files, at);
  const plan = planSchema.parse({ version: 1, databases: { "inner-odyssey": {} } });
  const charts = await chartFiles(reports, Object.keys(plan.databases));
  const heads = chainHeads(links);
  const page = indexPage({ plan, reports, heads, charts: charts.map(({ path }) => path) });
  const all = [
    ...files,
    ...charts,
    ...links.map(({ path, text }) => ({ path, bytes: Buffer.from(text) })),
    { path: indexPath, bytes: Buffer.from(page) },
  ];
  for (const { path, bytes } of await siteFiles(plan, all, [])) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), bytes);
  }
  const pageOf = (verdict: string) => {
    const found = reports.filter((report) => report.kind === "weekly" && report.verdict === verdict);
    const newest = found.toSorted((a, b) => b.run.started_at.localeCompare(a.run.started_at))[0];
    return below(newest?.report.markdown ?? "").replace(/^(.*)\.md$/, "reports/$1.html");
  };
  return { proof: pageOf("proven"), failed: pageOf("failed"), index: indexPath };
}
