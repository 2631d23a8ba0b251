import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { planSchema } from "../../src/plan/schema.ts";
import { nextLinks } from "../../src/report/chain/next-links.ts";
import { history } from "../../src/report/examples/history.ts";
import { backupTaken, failed, green, inconclusive } from "../../src/report/examples/reports.ts";
import type { ProofReport } from "../../src/report/model.ts";
import { siteFiles } from "../../src/report/site/site.ts";
import { jsonOf, pagesOf } from "../../src/report/write.ts";

/** Writes the site of a made-up season to a folder, and gives the path of its newest proof's page. */
export async function writeSeason(directory: string, proven: Omit<ProofReport, "report"> = green()): Promise<string> {
  const parts = { backup: backupTaken(), proofs: { proven, failed: failed(), inconclusive: inconclusive() } };
  const reports = history({ database: "inner-odyssey", end: "2026-11-23", days: 97, ...parts });
  const below = (path: string) => path.replace(/^reports\//, "");
  const files = reports.flatMap((report) => [
    ...pagesOf(report, below(report.report.markdown)).map(({ path, text }) => ({ path, bytes: Buffer.from(text) })),
    { path: below(report.report.json), bytes: Buffer.from(jsonOf(report)) },
  ]);
  const at = new Date("2026-11-23T11:00:00Z");
  const links = nextLinks([], files, at).map(({ path, text }) => ({ path, bytes: Buffer.from(text) }));
  const plan = planSchema.parse({ version: 1, databases: { "inner-odyssey": {} } });
  for (const { path, bytes } of await siteFiles(plan, [...files, ...links], [])) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), bytes);
  }
  const newest = files.find(({ path }) => /-weekly-.*\.md$/.test(path))?.path ?? "";
  return `reports/${newest.replace(/\.md$/, ".html")}`;
}
