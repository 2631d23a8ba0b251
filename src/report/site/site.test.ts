import { posix } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { planSchema } from "../../plan/schema.ts";
import { nextLinks } from "../chain/next-links.ts";
import { contrast, dark, light } from "../charts/palette.ts";
import { history } from "../examples/history.ts";
import { backupTaken, failed, green, inconclusive } from "../examples/reports.ts";
import { jsonOf, pagesOf } from "../write.ts";
import { pageOfMarkdown } from "./markdown.ts";
import { siteFiles } from "./site.ts";
import { textPairs } from "./style.ts";

const plan = planSchema.parse({ version: 1, databases: { shop: {} } });
const parts = { backup: backupTaken(), proofs: { proven: green(), failed: failed(), inconclusive: inconclusive() } };
const file = (path: string, text: string) => ({ path, bytes: Buffer.from(text) });
const records = [
  ...history({ database: "shop", end: "2026-11-23", days: 50, ...parts }).flatMap((report) => [
    ...pagesOf(report, report.report.markdown.slice(8)).map(({ path, text }) => file(path, text)),
    file(report.report.json.slice(8), jsonOf(report)),
  ]),
  file("incidents/2026-11-20-shop-1.md", "# Incident\n\n<script>alert(1)</script>\n"),
];
const links = nextLinks([], records, new Date("2026-11-23T11:00:00Z")).map(({ path, text }) => file(path, text));
const operation = {
  database: "shop",
  operation_type: "backup",
  performed_by: "<b>somebody</b>",
  started_at: "2026-11-23T02:00:02.000Z",
  finished_at: null,
  status: "unfinished",
};
let site: ReadonlyMap<string, string>;
let pages: [string, string][];

beforeAll(async () => {
  const made = await siteFiles(plan, [...records, ...links], [operation]);
  site = new Map(made.map(({ path, bytes }) => [path, Buffer.from(bytes).toString("utf8")]));
  pages = [...site].filter(([path]) => path.endsWith(".html"));
});

test("every link and picture leads to a file of the site, and every fragment to a place", () => {
  for (const [path, text] of pages) {
    for (const [, to = ""] of text.matchAll(/ (?:href|src|srcset)="([^"]*)"/g)) {
      if (to.startsWith("https://")) continue;
      const [target = "", fragment] = to.split("#");
      const place = target === "" ? path : posix.join(posix.dirname(path), target);
      expect(site.has(place), `${path}: ${to}`).toBe(true);
      if (fragment !== undefined) expect(site.get(place), `${path}: ${to}`).toContain(`id="${fragment}"`);
    }
  }
});

test("every page has its landmarks, one first heading, headings in order, a skip link and a policy", () => {
  for (const [path, text] of pages) {
    for (const part of ["<header>", '<nav aria-label="Site">', '<main id="main"', "<footer>", 'lang="en"']) {
      expect(text.split(part), `${path}: ${part}`).toHaveLength(2);
    }
    expect(text).toMatch(/<body>\n<a class="skip" href="#main">/);
    expect(text).toContain(`content="default-src 'none'; img-src 'self'; style-src 'self'`);
    const levels = [...text.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level));
    expect(
      levels.filter((level) => level === 1),
      path,
    ).toHaveLength(1);
    for (const [index, level] of levels.entries()) {
      expect(level - (levels[index - 1] ?? 0), `${path}: ${levels.join(" ")}`).toBeLessThanOrEqual(1);
    }
    expect(text).not.toMatch(/<script|<style| style="| on[a-z]+="|<img (?![^>]* alt="[^"])|<th>/);
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size, `${path}: ${ids.join(" ")}`).toBe(ids.length);
  }
});

describe("what is on it", () => {
  test("the answer comes first, and says why", () => {
    expect(site.get("index.html")).toMatch(/<h1>Are we safe\?<\/h1>\s*<p class="answer (good|bad|unknown)">[✓✕?] /);
  });
  test("a figure leads to its report, that one's file, its digest and the link that holds it", () => {
    const page = site.get("databases/shop.html") ?? "";
    expect(page).toMatch(
      /<a href="\.\.\/reports\/2026\/11\/23-weekly-[^"]*\.html">weekly<\/a> <a href="\.\.\/evidence\/2026\/11\/23-weekly-[^"]*\.json">JSON<\/a>/,
    );
    expect(page).toMatch(/<code>[0-9a-f]{12}<\/code>, as in <a href="\.\.\/evidence\/chain\/shop\/000001\.json">/);
  });
  test("a report that was changed after its link is called that", async () => {
    const changed = records.map((each) => (each.path.includes("23-weekly") ? file(each.path, `${each.bytes} `) : each));
    const made = await siteFiles(plan, [...changed, ...links], []);
    const page = made.find(({ path }) => path === "reports.html");
    expect(Buffer.from(page?.bytes ?? []).toString("utf8")).toContain("✕ not what <a");
  });
  test("a proof's page shows its picture, light and dark, and says in words what it shows", () => {
    const [, page = ""] = pages.find(([path]) => path.includes("23-weekly")) ?? [];
    expect(page).toMatch(
      /<picture><source media="\(prefers-color-scheme: dark\)" srcset="\.\.\/\.\.\/\.\.\/evidence\/[^"]*\.dark\.svg"><img src="[^"]*\.svg" width="420" alt="Time of each phase/,
    );
  });
  test("names of people and texts of pages are shown, not obeyed", () => {
    expect(site.get("audit.html")).toContain("&lt;b&gt;somebody&lt;/b&gt;");
    expect(site.get("incidents/2026-11-20-shop-1.html")).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });
});

test.each([
  ["[x](javascript:alert(1))", "x"],
  ["[x](//example.org)", "x"],
  ["![x](https://example.org/a.png)", "x"],
  ["<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"],
  ["a<br>b", "a<br>b"],
  ['<picture><img src="gone.svg" width="420" align="top" alt="x"></picture>', "<p><picture></picture></p>"],
  ['<img src="../up.svg" width="420" align="top" alt="x">', "&lt;img src"],
])("markdown %s", (text, shown) => {
  expect(pageOfMarkdown(text, () => null).markup).toContain(shown);
  expect(pageOfMarkdown(text, () => null).markup).not.toMatch(/<(?:img|a|script)/);
});

test("text stands out from what is behind it, light and dark", () => {
  for (const palette of [light, dark]) {
    for (const [over, under] of textPairs) {
      expect(contrast(palette[over], palette[under]), `${over} on ${under}`).toBeGreaterThanOrEqual(4.5);
    }
  }
});
