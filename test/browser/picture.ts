import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { proofReportSchema } from "../../src/report/kinds/proof.ts";
import { readReport } from "../../src/report/write.ts";
import { startChromium } from "./chromium.ts";
import { writeSeason } from "./season.ts";

/*
 * `npm run picture -- [report.json]`: the pictures of the README, docs/images/. The report is that of a real run, such
 * as the demo's; without one an example is shown.
 */

const images = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const [report] = process.argv.slice(2);
const proven = report === undefined ? undefined : proofReportSchema.parse(await readReport(report));

await using scratch = await scratchDirectory("picture");
const { proof } = await writeSeason(scratch.path, proven);
await mkdir(images, { recursive: true });
const browser = await startChromium();
const shots = [
  { name: "report", page: proof, height: 600 },
  { name: "charts", page: "databases/inner-odyssey.html", height: 1240 },
];
for (const colorScheme of ["light", "dark"] as const) {
  const tab = await browser.newPage({ viewport: { width: 1024, height: 700 }, colorScheme });
  for (const { name, page, height } of shots) {
    await tab.goto(pathToFileURL(join(scratch.path, page)).href);
    const path = join(images, `${name}${colorScheme === "dark" ? "-dark" : ""}.png`);
    await tab.screenshot({ path, fullPage: true, clip: { x: 0, y: 60, width: 1024, height } });
    process.stdout.write(`Wrote ${path}\n`);
  }
}
await browser.close();
