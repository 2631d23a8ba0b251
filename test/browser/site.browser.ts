import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Scratch, scratchDirectory } from "../../src/base/scratch.ts";
import { startChromium } from "./chromium.ts";
import { writeSeason } from "./season.ts";

/* The site in a real browser: `npm run test:browser`. What can be seen without one is tested beside the source. */

let scratch: Scratch;
let browser: Browser;
let pages: readonly string[];

beforeAll(async () => {
  scratch = await scratchDirectory("site");
  const { proof } = await writeSeason(scratch.path);
  browser = await startChromium();
  pages = ["index.html", "databases/inner-odyssey.html", proof, "reports.html", "evidence.html"];
});
afterAll(async () => {
  await browser.close();
  await scratch[Symbol.asyncDispose]();
});

const address = (path: string) => pathToFileURL(join(scratch.path, path)).href;

describe.each([
  [1280, "light"],
  [1280, "dark"],
  [390, "light"],
  [390, "dark"],
] as const)("%d pixels wide, %s", (width, colorScheme) => {
  test("nothing is refused, nothing is fetched from elsewhere, nothing sticks out, pictures are there", async () => {
    await using context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const tab = await context.newPage();
    const said: string[] = [];
    tab.on("console", (message) => said.push(message.text()));
    tab.on("request", (request) => {
      if (!request.url().startsWith("file://")) said.push(request.url());
    });
    for (const page of pages) {
      await tab.goto(address(page));
      const wide = await tab.evaluate("document.documentElement.scrollWidth - window.innerWidth");
      expect(wide, page).toBeLessThanOrEqual(0);
      const broken = await tab.evaluate("[...document.images].filter((image) => image.naturalWidth === 0).length");
      expect(broken, page).toBe(0);
      const shown = await tab.evaluate("[...document.images].map((image) => image.currentSrc)");
      for (const source of shown as string[]) expect(/[-.]dark\.svg$/.test(source)).toBe(colorScheme === "dark");
    }
    expect(said).toEqual([]);
  });
});

test("works without scripts and by keyboard: the first key shows the way past the menu", async () => {
  await using context = await browser.newContext({ javaScriptEnabled: false });
  const tab = await context.newPage();
  await tab.goto(address("index.html"));
  await tab.keyboard.press("Tab");
  const skip = tab.getByRole("link", { name: "Skip to the content" });
  expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
  await tab.keyboard.press("Enter");
  expect(tab.url()).toMatch(/#main$/);
  await tab.getByRole("link", { name: /^inner-odyssey$/ }).click();
  expect(await tab.getByRole("heading", { level: 1 }).textContent()).toBe("inner-odyssey");
  const details = tab.getByText("Restore time by phase: the figures and their evidence");
  await details.focus();
  await tab.keyboard.press("Enter");
  expect(await tab.getByRole("region", { name: "Restore time by phase, inner-odyssey" }).isVisible()).toBe(true);
  expect(await tab.getByRole("img", { name: /^Fetch, prepare and restore/ }).count()).toBe(1);
});
