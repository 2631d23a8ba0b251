import type { EvidenceFile } from "../chain/types.ts";
import type { AnyReport } from "../model.ts";
import { chartPath, chartsOf } from "./charts.ts";
import { escaped, pictureWidth, recoloured } from "./svg.ts";
import { config, font } from "./theme.ts";
import type { Chart } from "./types.ts";

declare module "vega" {
  /** Missing in vega's types: how wide a text is. Made to be replaced where there is no canvas. */
  const textMetrics: { width: (item: { readonly fontSize?: number }, text: unknown) => number };
}

/** The mean width of a letter, in heights. Without a canvas vega reckons with 0.8, which leaves holes. */
const letterWidth = 0.58;

/** Loading vega takes a second, so it is loaded by the first chart, and not by every command. */
async function loadVega() {
  const [vega, lite] = await Promise.all([import("vega"), import("vega-lite")]);
  vega.textMetrics.width = ({ fontSize = 11 }, text) => String(text ?? "").length * fontSize * letterWidth;
  return { vega, lite };
}

/** What vega repeats for every shape and says once as well, or that means nothing in a picture that stands still. */
const repeated = new RegExp(
  [
    'class="[^"]*"',
    'role="[^"]*"',
    'aria-[a-z]+="[^"]*"',
    'pointer-events="none"',
    'opacity="1"',
    `font-family="${font}"`,
  ]
    .map((each) => ` ${each}`)
    .join("|"),
  "g",
);

/** The picture as a document that explains itself: title and description come first, and shapes are not read out. */
function documentOf(svg: string, { title, database, description }: Chart): string {
  const [, height = "0"] = / height="(\d+)"/.exec(svg) ?? [];
  const root = `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" aria-describedby="desc" width="${pictureWidth}" height="${height}" viewBox="0 0 ${pictureWidth} ${height}" font-family="${font}">`;
  const words = `<title id="title">${escaped(`${title}: ${database}`)}</title><desc id="desc">${escaped(description)}</desc>`;
  const shapes = svg
    .replace(/^<svg[^>]*><rect width="\d+"/, `<rect width="${pictureWidth}"`)
    .replaceAll(repeated, "")
    .replaceAll(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2))));
  return `${root}${words}${shapes}\n`;
}

async function svgOf(chart: Chart): Promise<string> {
  const { vega, lite } = await loadVega();
  const silent = vega.logger(vega.None);
  // The specification is data of our own making; vega-lite's type for it cannot be put together from parts.
  const spec = { ...chart.spec, config } as unknown as Parameters<typeof lite.compile>[0];
  const view = new vega.View(vega.parse(lite.compile(spec, { logger: silent }).spec), { renderer: "none" });
  try {
    return documentOf(await view.toSVG(), chart);
  } finally {
    view.finalize();
  }
}

/** Pictures that were drawn before: a commit that is tried again, after another was faster, need not draw them again. */
const drawn = new Map<string, Promise<string>>();
const mostRemembered = 200;

/** One chart as SVG, light and dark. Equal charts give equal bytes. */
async function drawChart(chart: Chart): Promise<{ readonly light: string; readonly dark: string }> {
  const key = JSON.stringify([chart.spec, chart.description]);
  if (drawn.size >= mostRemembered) drawn.clear();
  const svg = drawn.get(key) ?? svgOf(chart);
  drawn.set(key, svg);
  return { light: await svg, dark: recoloured(await svg) };
}

/**
 * The charts of databases as files of the reports' folder.
 *
 * @param reports of all databases, in any order
 * @param databases of which charts are drawn
 */
export async function chartFiles(reports: readonly AnyReport[], databases: readonly string[]): Promise<EvidenceFile[]> {
  const files: EvidenceFile[] = [];
  for (const name of databases) {
    const ofDatabase = reports.filter(({ database }) => database === name);
    for (const chart of chartsOf(name, ofDatabase)) {
      const { light: bright, dark: dim } = await drawChart(chart);
      files.push({ path: chartPath(chart, "light"), bytes: Buffer.from(bright) });
      files.push({ path: chartPath(chart, "dark"), bytes: Buffer.from(dim) });
    }
  }
  return files;
}
