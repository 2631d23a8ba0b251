import { describe, expect, test } from "vitest";
import { daysAgo, look, now, pitr } from "../../test/support/platform-look.ts";
import { type PlatformServer, supabasePlatform } from "../../test/support/supabase-platform/server.ts";
import { fixedClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import type { AnyReport } from "../report/model.ts";
import { outageNote } from "./outage-note.ts";

/* What is no broken promise, what earlier reports add to the picture, and where nobody can look. */

test("an outage is told with its beginning", async () => {
  const at = "2026-11-22T08:30:00.000Z";
  const times = { created_at: at, updated_at: at, shortlink: "https://stspg.io/2" };
  const found = await look((p) =>
    p.world.incidents.push({ id: "2", name: "API down", status: "monitoring", impact: "major", ...times }),
  );
  await using platform = await supabasePlatform();
  platform.world.incidents.push({ id: "2", name: "API down", status: "monitoring", impact: "major", ...times });
  const signal = new AbortController().signal;
  const clock = fixedClock(now);
  const context = { environment: platform.env, clock, progress: silentProgress, signal, workingDirectory: "/" };
  const sentence = " Supabase reports a major incident since 2026-11-22 08:30 UTC: API down.";
  expect(await outageNote(context, { platform: "supabase" })).toBe(sentence);
  expect(await outageNote(context, { platform: "postgres" })).toBe("");
  expect(found.outage).toEqual({ name: "API down", impact: "major", since: at, url: "https://stspg.io/2" });
});

describe("no false alarm", () => {
  test("PITR on an idle database: no daily backups, an old latest point", async () => {
    const idle = (p: PlatformServer) => {
      p.project.pitr = { enabled: true, earliest: daysAgo(7), latest: daysAgo(5) };
    };
    const found = await look(idle, { managed: pitr });
    expect(found.checks.map(({ id, status }) => [id, status])).toEqual([
      ["platform.health", "passed"],
      ["platform.pitr", "passed"],
    ]);
    expect(found.keepers[0]).toMatchObject({ count: null, newest: { id: "latest point of recovery" } });
  });

  test("a project of two days, before today's backup is due", async () => {
    const young = (p: PlatformServer) => {
      p.project.createdAt = "2026-11-20T12:00:00.000Z";
      p.project.backups.splice(2);
    };
    expect((await look(young, { managed: { max_age: "48h" } })).verdict).toBe("proven");
  });

  test("a backup that is being taken", async () => {
    const pending = { is_physical_backup: true, status: "PENDING" as const, inserted_at: "2026-11-22T09:59:00.000Z" };
    expect((await look((p) => p.project.backups.unshift(pending))).verdict).toBe("proven");
  });

  test("an excuse with an owner and a last day", async () => {
    const exception = {
      check: "platform.days",
      object: "2026-11-18",
      reason: "their incident",
      owner: "DBA",
      expires: "2026-11-30",
    };
    const gap = (p: PlatformServer) => p.project.backups.splice(4, 1);
    expect((await look(gap, { plan: { exceptions: [exception] } })).verdict).toBe("proven");
    expect((await look(gap, { plan: { exceptions: [{ ...exception, expires: "2026-11-21" }] } })).verdict).toBe(
      "failed",
    );
  });
});

test.each([
  ["grown", 50_000_000, 200_000_000],
  ["shrunk", 200_000_000, 50_000_000],
])("a database that has %s out of line is found by the figures of earlier checks", async (_how, before, bytes) => {
  const keeper = { place: "platform" as const, newest: null, count: 7, size_bytes: before, usual_bytes: null };
  const run = { id: "1", url: null, actor: "schedule", commit: null, version: "0", started_at: "", finished_at: "" };
  const files = { markdown: "", json: "" };
  const report: AnyReport = {
    kind: "check",
    verdict: "proven",
    database: "shop",
    run,
    checks: [],
    not_covered: [],
    keepers: [keeper],
    sample: null,
    outage: null,
    report: files,
  };
  const arrange = (p: PlatformServer) => {
    p.project.databaseBytes = bytes;
  };
  expect((await look(arrange, { reports: Array(4).fill(report) })).of("platform.size").status).toBe("failed");
  expect((await look(arrange, { reports: Array(2).fill(report) })).verdict).toBe("proven");
});

describe("Lovable Cloud: what nobody can look at is not silently absent", () => {
  test("each promise is a check that did not run, and nothing is asked", async () => {
    const found = await look(() => {}, { plan: { platform: "lovable" } });
    expect(found.checks.map(({ id }) => id)).toEqual(
      ["health", "backups", "days", "pitr", "schedule", "retention", "alerts"].map((name) => `platform.${name}`),
    );
    expect(found.of("platform.pitr").reason).toContain("no access token");
    expect(found).toMatchObject({ verdict: "inconclusive", exitCode: 3, requests: [] });
  });

  test("an excuse with an owner moves it to what is not covered", async () => {
    const reason = "looked at by hand every Monday";
    const exceptions = ["health", "backups", "days", "pitr", "schedule", "retention", "alerts"].map((name) => ({
      check: `platform.${name}`,
      reason,
      owner: "CTO",
      expires: "2026-12-31",
    }));
    const found = await look(() => {}, { plan: { platform: "lovable", exceptions } });
    expect(found.checks).toEqual([]);
    expect(found.notCovered[0]?.why).toBe(`${reason} (excused by CTO until 2026-12-31)`);
  });
});
