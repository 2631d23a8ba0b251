import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { marked } from "marked";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { startChromium } from "./chromium.ts";
import { writeSeason } from "./season.ts";

/*
 * `node test/browser/gallery.ts <folder>`: pictures of the report, the index and the site, light and dark, wide and as
 * on a phone, to be looked at by people.
 */

/** What GitHub does to a page of markdown, as far as its look goes: widths, tables, code, and both shades. */
const likeGitHub = `:root{color-scheme:light dark}
body{max-width:1012px;margin:0 auto;padding:32px;font:16px/1.5 system-ui,"DejaVu Sans",sans-serif;color:#1f2328;background:#fff;overflow-wrap:break-word}
table{display:block;width:max-content;max-width:100%;overflow:auto;border-collapse:collapse;margin-bottom:16px}
th,td{padding:6px 13px;border:1px solid #d1d9e0}
code{font:85% monospace;background:#818b981f;padding:.2em .4em;border-radius:6px}
h1,h2{border-bottom:1px solid #d1d9e0b3;padding-bottom:.3em}
img{max-width:100%}
@media (max-width:767px){body{padding:16px}}
@media (prefers-color-scheme:dark){body{color:#f0f6fc;background:#0d1117}th,td{border-color:#3d444d}h1,h2{border-color:#3d444db3}a{color:#4493f8}code{background:#656c7633}}`;

/** Writes a page beside the markdown that it is made from. */
async function asOnGitHub(path: string): Promise<string> {
  const html = await marked.parse(await readFile(path, "utf8"));
  const page = path.replace(/\.md$/, ".github.html");
  await writeFile(
    page,
    `<!doctype html><meta name="viewport" content="width=device-width"><style>${likeGitHub}</style>${html}`,
  );
  return page;
}

const out = resolve(process.argv[2] ?? ".ithaca/gallery");
await mkdir(out, { recursive: true });
await using scratch = await scratchDirectory("gallery");
const { proof, index, failed } = await writeSeason(scratch.path);
const evidence = (path: string) => join(scratch.path, "evidence", path);
const pages = {
  "github-report": await asOnGitHub(evidence(proof.replace(/^reports\/(.*)\.html$/, "$1.md"))),
  "github-failed": await asOnGitHub(evidence(failed.replace(/^reports\/(.*)\.html$/, "$1.md"))),
  "github-index": await asOnGitHub(evidence(index)),
  "site-start": join(scratch.path, "index.html"),
  "site-database": join(scratch.path, "databases/inner-odyssey.html"),
  "site-report": join(scratch.path, proof),
};
const browser = await startChromium();
for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    const tab = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    for (const [name, page] of Object.entries(pages)) {
      await tab.goto(pathToFileURL(page).href);
      const path = join(out, `${name}-${colorScheme}-${width}.png`);
      await mkdir(dirname(path), { recursive: true });
      await tab.screenshot({ path, fullPage: true });
      process.stdout.write(`Wrote ${path}\n`);
    }
  }
}
await browser.close();
