import { describe, expect, test } from "vitest";
import { history } from "../examples/history.ts";
import { backupTaken, failed, green, inconclusive } from "../examples/reports.ts";
import { chartPaths, chartsOf } from "./charts.ts";
import { chartFiles } from "./draw.ts";
import { drillPicture } from "./drill-phases.ts";
import { contrast, dark, light } from "./palette.ts";
import { phasesPicture } from "./phases.ts";

const parts = { backup: backupTaken(), proofs: { proven: green(), failed: failed(), inconclusive: inconclusive() } };
const season = history({ database: "shop", end: "2026-11-23", days: 97, ...parts });
const chart = (name: string, reports = season) => chartsOf("shop", reports).find((each) => each.name === name);

describe("what charts say", () => {
  test("the calendar names the days on which something was wrong, and looks back 90 days", () => {
    expect(chart("calendar")?.description).toBe(
      "shop from 2026-08-26 to 2026-11-23: proven on 12 days, backed up and not proven on 74; failed on 2026-10-19, 2026-10-21; inconclusive on 2026-09-21; nothing ran on 2026-09-26.",
    );
    expect(chart("calendar")?.table.rows).toHaveLength(90);
  });
  test("a promise that was broken, the slowest restore, the last size", () => {
    expect(chart("objectives")?.description).toMatch(/RPO\): 8 h at last, 24 h promised, not kept in 1 of 14 runs/);
    expect(chart("restore-time")?.description).toMatch(/2 of these runs did not end proven/);
    expect(chart("size")?.description).toMatch(/88 backups of shop .* now\.$/);
  });
  test("what was damaged on purpose, and a demo, are in none", () => {
    const harmed = { ...green({ damaged: true }), database: "shop", report: { markdown: "", json: "" } };
    expect(chartsOf("shop", [harmed, { ...harmed, damaged: false, kind: "demo" }])).toEqual([]);
  });
  test("every row of their tables names the reports that it is from", () => {
    const rows = chartsOf("shop", season).flatMap(({ table }) => table.rows);
    for (const { cells, sources } of rows) {
      if (cells[1] === "nothing ran") continue;
      expect(sources.length).toBeGreaterThan(0);
      for (const source of sources) expect(source).toMatch(/^reports\/2026\/\d\d\/[\w.-]+\.md$/);
    }
  });
});

test("drawn: light and dark, with their text, self-contained, in equal bytes whatever the order of the reports", async () => {
  const files = await chartFiles(season, ["shop", "of-which-nothing-is-known"]);
  expect(files.map(({ path }) => path).sort()).toEqual(chartPaths("shop").sort());
  for (const { path, bytes } of files) {
    const svg = Buffer.from(bytes).toString("utf8");
    expect(svg).toMatch(
      /^<svg [^>]*role="img" [^>]*viewBox="0 0 420 \d+"[^>]*><title id="title">[^<]+<\/title><desc id="desc">/,
    );
    expect(svg.match(/https?:\/\/[^"]*/g)).toEqual(["http://www.w3.org/2000/svg"]);
    expect(svg).not.toMatch(/<script|<style|NaN|undefined|Infinity/);
    expect(svg.includes(path.endsWith("-dark.svg") ? light.ink : dark.ink)).toBe(false);
    expect(bytes.byteLength).toBeLessThan(80_000);
  }
  expect(await chartFiles(season.toReversed(), ["shop"])).toEqual(files);
});

test.each([
  1, 2,
])("drawn after %i days: a promise has its line, no day stands twice, a long name is not cut", async (days) => {
  const database = "the-production-database-of-the-whole-shop";
  const young = history({ database, end: "2026-11-23", days, ...parts });
  const drawn = new Map((await chartFiles(young, [database])).map(({ path, bytes }) => [path, String(bytes)]));
  const of = (name: string) => drawn.get(`charts/${database}/${name}.svg`) ?? "";
  // One for each of RTO and RPO, as wide as the plot.
  expect(of("objectives").match(/x2="330"[^>]*stroke-dasharray/g)).toHaveLength(2);
  const labels = of("size").match(/>\d+ Nov</g) ?? [];
  expect(labels).toHaveLength(2 * new Set(labels).size);
  expect(of("calendar")).toMatch(/>the-production-database-of-the-whole-shop,<.*>2026-11-2\d to 2026-11-23, each day/s);
  expect(chart("calendar", young)?.description).toContain("proven on 1 day, ");
});

test("the time of one proof's phases: in its words, in equal bytes, nothing where nothing was timed", () => {
  const proof = { ...green(), phases: [...green().phases, { name: '<odd> & "long"', seconds: 0 }] };
  const drawn = phasesPicture(proof);
  expect(drawn).toEqual(phasesPicture(proof));
  expect(drawn?.light).toMatch(
    /<desc id="desc">Time of each phase of the proof of inner-odyssey: restored in [^<]+ promised\./,
  );
  expect(drawn?.light.match(/<rect /g)).toHaveLength(1 + proof.phases.length);
  expect(drawn?.light).toContain("&lt;odd&gt; &amp; &quot;long&quot;");
  for (const colour of Object.values(light)) expect(drawn?.dark).not.toContain(colour);
  expect(phasesPicture({ ...green(), phases: [] })).toBeNull();
  const stopped = { ...green(), phases: [{ name: "fetch", seconds: 2 }] };
  expect(phasesPicture(stopped)?.light).toContain("the restore did not come to its end");
});

test("signs and bars stand out from the paper, light and dark", () => {
  for (const palette of [light, dark]) {
    expect(new Set(Object.values(palette)).size).toBe(Object.keys(palette).length);
    const { paper, shade, line, ...meaningful } = palette;
    for (const [name, colour] of Object.entries(meaningful)) {
      expect(contrast(colour, paper), name).toBeGreaterThanOrEqual(3);
    }
  }
});

test("the time of a drill's recovery: only what people would wait for, against the last drill, nothing where nothing was recovered", () => {
  const phases = [
    { name: "production", seconds: 30, part: "preparation" as const },
    { name: "recover.execute", seconds: 9, part: "recovery" as const },
    { name: "recover.confirm", seconds: 0.01, part: "recovery" as const },
  ];
  const objective = { target_s: 14_400, measured_s: 9, met: true };
  const changes = [{ name: "recover.execute", before_s: 4, now_s: 9 }];
  const slower = [{ name: "recover.execute", before_s: 4, now_s: 9, factor: 2.25, why: "the data grew" }];
  const trend = { drills: 1, series: [], changes, slower, bottlenecks: [] };
  const drill = { database: "shop", phases, objectives: { rto: objective, rpo: objective }, trend };
  const drawn = drillPicture(drill);
  expect(drawn?.light).toMatch(
    /back in 9 s, 4 h promised\. The longest phase was recover\.execute .* 1 phase became slower/,
  );
  expect(drawn?.light).not.toMatch(/production<|recover\.confirm/);
  // The bar, in the colour of what became slower, and the line of the last drill at four ninths of it.
  expect(drawn?.light).toMatch(new RegExp(`width="172" height="16" rx="2" fill="${light.data}".*<rect x="239\\.4"`));
  expect(drawn?.dark).not.toContain(light.ink);
  expect(drillPicture({ ...drill, phases: phases.slice(0, 1) })).toBeNull();
});
