import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { silentProgress } from "../../base/progress.ts";
import type { DrillReport } from "../../report/model.ts";
import { describeTraces, firstTrace, massChanges, rewrittenTables } from "./anomalies.ts";
import { busyHours } from "./changes-by-hour.ts";
import { driveSteps, type StepAction, wayOn } from "./drive-steps.ts";
import { disasterErrors } from "./errors.ts";
import { newDisaster, nextStep, openDisaster, saveDisaster } from "./progress.ts";
import { withMeasured } from "./runbook.ts";
import { stepsOf } from "./scenarios.ts";
import { trendOf } from "./trend.ts";
import { compareLog } from "./writer.ts";

const people = fc.string().filter((text) => !text.includes("<!--"));

test("what a drill measured goes between the markers, and people's text stays byte by byte", () => {
  fc.assert(
    fc.property(people, people, people, (before, old, after) => {
      const page = (middle: string) => `${before}<!-- measured:drill -->${middle}<!-- /measured -->${after}`;
      const written = withMeasured(page(old), "drill", "13 s");
      const newline = page(old).includes("\r\n") ? "\r\n" : "\n";
      expect(written).toBe(page(`${newline}13 s${newline}`));
      expect(withMeasured(written ?? "", "drill", "13 s")).toBe(written);
    }),
  );
  expect(withMeasured("people's text", "drill", "13 s")).toBe("people's text");
  expect(withMeasured("<!-- measured:drill --> people's text", "drill", "13 s")).toBeNull();
});

test("a writer's log tells what is lost from what has a hole", () => {
  const log = [1, 2, 3, 4].map((id) => ({ id, at: id * 1000 }));
  expect(compareLog(log, [1, 2])).toEqual({ written: 4, recovered: 2, lost: 2, holes: 0, unknown: 0, newest: 2000 });
  expect(compareLog(log, [1, 3])).toMatchObject({ lost: 2, holes: 1 });
  // The fifth was under way when the server died; nobody has ever written a ninth.
  expect(compareLog(log, [1, 2, 3, 4, 5])).toMatchObject({ lost: 0, unknown: 0 });
  expect(compareLog(log, [1, 2, 3, 4, 9])).toMatchObject({ unknown: 1 });
  expect(compareLog(log, [])).toMatchObject({ lost: 4, newest: null });
});

test("tables that lose their rows between two backups are an attack's first trace, and daily work is none", () => {
  const figures = (taken_at: string, children: number) => ({ taken_at, table_rows: { children, lessons: 500 } });
  const calm = [figures("2026-11-20T02:00:00Z", 200), figures("2026-11-21T02:00:00Z", 190)];
  expect(massChanges(calm)).toEqual([]);
  expect(massChanges([figures("2026-11-22T02:00:00Z", 3), ...calm])).toEqual([
    {
      table: "children",
      rows_before: 190,
      rows_after: 3,
      after: "2026-11-21T02:00:00Z",
      before: "2026-11-22T02:00:00Z",
    },
  ]);
});

test("an hour in which many more rows were changed than usual stands out, and a steady day does not", () => {
  const hour = (at: number, rows: number) => ({
    table: "public.children",
    column: "updated_at",
    hour: `2026-11-22T${String(at).padStart(2, "0")}:00:00Z`,
    rows,
  });
  const steady = Array.from({ length: 12 }, (_, at) => hour(at, 30 + at));
  expect(busyHours(steady)).toEqual([]);
  expect(busyHours([...steady, hour(13, 900)])).toEqual([{ ...hour(13, 900), usual: 36 }]);
  const lost = massChanges([
    { taken_at: "2026-11-21T02:00:00Z", table_rows: { "public.lessons": 200 } },
    { taken_at: "2026-11-23T02:00:00Z", table_rows: {} },
  ]);
  expect(firstTrace(lost, busyHours([...steady, hour(13, 900)]))).toBe("2026-11-21T02:00:00Z");
  expect(firstTrace([], [])).toBeNull();
});

test("rows that are encrypted where they stand, in a table that nobody dates, are seen by the server's counters", () => {
  const day = (n: number, notes: number, visits: number, origin = "one start") => ({
    taken_at: `2026-11-${n}T02:00:00Z`,
    rows: { notes: 500, visits: 100 },
    writes: {
      origin,
      tables: {
        notes: { inserted: 500, updated: notes, deleted: 0, files: "a" },
        visits: { inserted: visits, updated: 0, deleted: 0, files: "b" },
      },
    },
  });
  // Visits are written in a mass every day; notes are not, but for the night in which all of them were.
  const days = [day(18, 3, 1000), day(19, 5, 2100), day(20, 6, 3000), day(21, 506, 4050), day(22, 510, 5000)];
  const found = rewrittenTables(days.reverse());
  expect(found).toMatchObject([{ table: "notes", written: 500, usual: 2, after: "2026-11-20T02:00:00Z" }]);
  expect(firstTrace([], [], found)).toBe("2026-11-20T02:00:00Z");
  expect(describeTraces([], [], found)).toEqual([
    "notes: at most 500 writes to its 500 rows between 2026-11-20T02:00:00Z and 2026-11-21T02:00:00Z, usually 2",
  ]);
  // After a restart nobody can say what was written, and nothing is made up.
  expect(rewrittenTables([day(20, 6, 3000), day(21, 506, 4050, "another start")])).toEqual([]);
});

const objective = { target_s: 100, measured_s: 1, met: true };
const at = "2026-11-22T03:00:00.000Z";

const measured = (size_bytes: number, seconds: Record<string, number>): DrillReport => ({
  kind: "drill-report",
  verdict: "proven",
  reason: "",
  database: "shop",
  production: "made-up",
  run: { id: "1", url: null, actor: "nobody", commit: null, version: "1", started_at: at, finished_at: at },
  backup: { id: "b", taken_at: at, digest: "d", size_bytes },
  objectives: { rto: objective, rpo: objective },
  rows: null,
  phases: Object.entries(seconds).map(([name, took]) => ({ name, seconds: took, part: "recovery" })),
  checks: [],
  not_covered: [],
  rehearsal: null,
  older: null,
  trend: { drills: 0, series: [], changes: [], slower: [], bottlenecks: [] },
  report: { markdown: "", json: "" },
});

test("a drill's trend names the phase that got slower, and whether the size explains it", () => {
  const before = measured(1000, { "recover.execute": 10, "recover.verify": 10, "recover.select": 1 });
  const grown = trendOf(measured(2000, { "recover.execute": 20, "recover.verify": 11, "recover.select": 1 }), [before]);
  expect(grown.slower).toMatchObject([
    { name: "recover.execute", factor: 2, why: expect.stringContaining("explains") },
  ]);
  const same = trendOf(measured(1000, { "recover.execute": 30, "recover.verify": 10, "recover.select": 1 }), [before]);
  expect(same.slower).toMatchObject([{ factor: 3, why: expect.stringMatching(/size is the same.*only this phase/) }]);
  expect(same.bottlenecks.map(({ name }) => name)).toEqual(["recover.execute", "recover.verify"]);
  expect(trendOf(before, [before]).slower).toEqual([]);
  const setUp = ({ phases, ...rest }: typeof before) => ({
    ...rest,
    phases: phases.map((phase) => ({ ...phase, part: "preparation" as const })),
  });
  expect(trendOf(setUp(measured(1000, { "recover.execute": 30 })), [setUp(before)]).slower).toEqual([]);
  expect(trendOf(before, [])).toMatchObject({ drills: 0, changes: [], slower: [] });
});

const begun = () =>
  newDisaster({
    id: "2026-11-22-outage-1",
    database: "shop",
    scenario: "outage",
    mode: "execute",
    actor: "nobody",
    started_at: "2026-11-22T03:00:00.000Z",
  });

test("a step that fails leaves its reason and a way on; the next run begins there, and a person can say that it is done", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ithaca-disaster-"));
  try {
    const ran: string[] = [];
    let broken = true;
    let mistaken = false;
    const actions = Object.fromEntries(
      stepsOf.outage.map(({ id }): [string, StepAction] => [
        id,
        async (facts) => {
          ran.push(id);
          if (id === "restore" && mistaken) throw disasterErrors.unknown_step({ step: "dns", scenario: "outage" });
          if (id === "restore" && broken) throw disasterErrors.not_recovered({ why: "no server" });
          if (id === "api") return { state: "waiting", says: "for a person" };
          return { state: "done", says: `after ${facts.last ?? "nothing"}`, facts: { last: id } };
        },
      ]),
    );
    const drive = async (doneByHand: string[] = []) => {
      const disaster = (await openDisaster(folder, "shop", "outage")) ?? begun();
      const signal = new AbortController().signal;
      const save = (now: typeof disaster) => saveDisaster(folder, now);
      return await driveSteps({
        disaster,
        actions,
        doneByHand,
        save,
        progress: silentProgress,
        clock: systemClock,
        signal,
      });
    };
    const failed = await drive();
    expect(nextStep(failed)).toMatchObject({
      id: "restore",
      state: "failed",
      says: expect.stringContaining("no server"),
    });
    expect(wayOn(failed)).toContain("--execute --confirm shop");
    // What was asked wrongly is kept with the step, too: the steps before it are done.
    mistaken = true;
    expect(nextStep(await drive())).toMatchObject({
      id: "restore",
      state: "failed",
      says: expect.stringContaining("dns"),
    });
    mistaken = false;
    broken = false;
    await writeFile(join(folder, "disasters/damaged.json"), '{"id":');
    const waits = await drive();
    expect(nextStep(waits)).toMatchObject({ id: "api", state: "waiting" });
    expect(wayOn(waits)).toContain("--done api");
    const ended = await drive(["api"]);
    expect(nextStep(ended)).toBeNull();
    expect(ended.steps.find(({ id }) => id === "environment")?.says).toBe("after restore");
    expect(ran.filter((id) => id === "watch")).toHaveLength(1);
    expect(await openDisaster(folder, "shop", "outage")).toBeNull();
  } finally {
    await rm(folder, { recursive: true });
  }
});
