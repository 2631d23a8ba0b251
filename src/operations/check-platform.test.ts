import { describe, expect, test } from "vitest";
import { databasePlan } from "../../test/support/proof.ts";
import { type PlatformServer, supabasePlatform } from "../../test/support/supabase-platform/server.ts";
import { fixedClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import type { AnyReport } from "../report/model.ts";
import { checkStep } from "../report/sections/check-steps.ts";
import { decideVerdict, exitCodeOf } from "../report/verdict.ts";
import { checkPlatform } from "./check-platform.ts";
import { outageNote } from "./outage-note.ts";

/** A Sunday. */
const now = new Date("2026-11-22T10:00:00.000Z");
const daysAgo = (days: number) => Math.floor(now.getTime() / 1000) - days * 86_400;

async function look(
  arrange: (platform: PlatformServer) => void,
  options: {
    managed?: Record<string, unknown>;
    plan?: object;
    env?: Record<string, string>;
    reports?: AnyReport[];
  } = {},
) {
  await using platform = await supabasePlatform({ now: () => now });
  platform.project.createdAt = "2025-01-16T00:00:00.000Z";
  arrange(platform);
  const database = databasePlan({ platform: "supabase", managed: options.managed ?? {}, ...options.plan });
  const environment = { ...platform.env, SUPABASE_API_TIME_LIMIT: "0.25", ...options.env };
  const signal = new AbortController().signal;
  const context = { environment, clock: fixedClock(now), progress: silentProgress, signal, workingDirectory: "/" };
  const found = await checkPlatform(context, database, options.reports ?? []);
  const verdict = decideVerdict({ checks: found.checks, restore_errors: [], sabotage: null, rehearsal: null });
  const of = (id: string) => {
    const check = found.checks.find((one) => one.id === id);
    if (check === undefined) throw new Error(`no ${id} among ${found.checks.map((one) => one.id).join(", ")}`);
    return check;
  };
  return { ...found, verdict, exitCode: exitCodeOf(verdict), of, requests: platform.requests };
}

const pitr = { pitr: true };
const withWindow = (days: number) => (platform: PlatformServer) => {
  platform.project.pitr = { enabled: true, earliest: daysAgo(days), latest: daysAgo(0) - 120 };
};

test("a healthy project: every promise kept, and what cannot be read is said", async () => {
  const found = await look(() => {});
  expect(found.checks.map(({ id, status }) => [id, status])).toEqual(
    ["health", "backups", "days", "retention"].map((name) => [`platform.${name}`, "passed"]),
  );
  expect(found).toMatchObject({ verdict: "proven", exitCode: 0, outage: null });
  expect(found.notCovered).toEqual([
    expect.objectContaining({ what: "Point-in-time recovery by the platform" }),
    expect.objectContaining({ what: expect.stringContaining("time of day"), why: expect.stringContaining("plan") }),
    expect.objectContaining({ what: "The size of the platform's backups" }),
  ]);
  expect(found.keepers).toEqual([
    expect.objectContaining({ place: "platform", count: 7, newest: expect.objectContaining({ id: "backup 1000" }) }),
  ]);
});

/** What is arranged, what it is called, and what a person must read. */
type Case = readonly [string, (platform: PlatformServer) => void, string, RegExp, Record<string, unknown>?];

describe("a broken promise fails: exit 1, and the finding says it", () => {
  const cases: readonly Case[] = [
    ["no backups at all", (p) => p.project.backups.splice(0), "platform.backups", /no backup at all/],
    [
      "a gap on Wednesday",
      (p) =>
        p.project.backups.splice(
          p.project.backups.findIndex((one) => one.inserted_at.startsWith("2026-11-18")),
          1,
        ),
      "platform.days",
      /2026-11-18 .*none on this Wednesday/,
    ],
    [
      "the last one failed",
      (p) => Object.assign(p.project.backups[0] ?? {}, { status: "FAILED" }),
      "platform.backups",
      /newest backup age .*32\.0 h old.*backup of 2026-11-22 02:01 UTC status COMPLETED FAILED/,
    ],
    [
      "the last one failed while the provider was in trouble",
      (p) => {
        Object.assign(p.project.backups[0] ?? {}, { status: "FAILED" });
        const at = "2026-11-22T01:30:00.000Z";
        const shortlink = "https://stspg.io/1";
        const times = { created_at: at, updated_at: at, resolved_at: "2026-11-22T04:00:00.000Z" };
        p.world.incidents.push({
          id: "1",
          name: "Backups delayed",
          status: "resolved",
          impact: "minor",
          shortlink,
          ...times,
        });
      },
      "platform.backups",
      /FAILED \(Supabase reports a minor incident from 2026-11-22 01:30 UTC to 2026-11-22 04:00 UTC: Backups delayed\)/,
    ],
    [
      "one was removed",
      (p) => Object.assign(p.project.backups[3] ?? {}, { status: "REMOVED" }),
      "platform.backups",
      /backup of 2026-11-19 02:01 UTC status COMPLETED REMOVED/,
    ],
    [
      "the newest is two days old",
      (p) => p.project.backups.splice(0, 2),
      "platform.backups",
      /not older than 26\.0 h 56\.0 h old/,
    ],
    ["PITR off", () => {}, "platform.pitr", /point-in-time recovery state .* off/, pitr],
    ["a window of three days", withWindow(3), "platform.pitr", /at least 7 d back on, 3 d back/, pitr],
    [
      "PITR on without a window",
      (p) => {
        p.project.pitr = { enabled: true };
      },
      "platform.pitr",
      /no point to recover to/,
      pitr,
    ],
    [
      "402: the account has no backups",
      (p) => p.fail({ path: /backups$/, with: { status: 402, body: { message: "Upgrade to Pro" } } }),
      "platform.backups",
      /the account's plan includes no backups/,
    ],
    [
      "a paused project",
      (p) => {
        p.project.status = "INACTIVE";
      },
      "platform.health",
      /paused project is not backed up/,
    ],
    [
      "a restore that failed",
      (p) => {
        p.project.status = "RESTORE_FAILED";
      },
      "platform.health",
      /RESTORE_FAILED/,
    ],
    [
      "a sick service",
      (p) => p.project.unhealthy.add("storage"),
      "platform.health",
      /service storage status ACTIVE_HEALTHY UNHEALTHY/,
    ],
    [
      "another schedule",
      (p) => {
        p.project.schedule = "05:30:00";
      },
      "platform.schedule",
      /02:00 UTC 05:30 UTC/,
    ],
    [
      "a shorter retention",
      (p) => {
        p.world.retentionDays = 3;
      },
      "platform.retention",
      /at least 7 d 3 d/,
    ],
  ];
  test.for(cases)("%s", async ([, arrange, id, says, managed]) => {
    const found = await look(arrange, managed === undefined ? {} : { managed });
    const check = found.of(id);
    expect(check.status).toBe("failed");
    const sentence = check.findings
      .map((one) => `${one.object} ${one.attribute} ${one.expected} ${one.actual}`)
      .join("; ");
    expect(sentence).toMatch(says);
    expect(found).toMatchObject({ verdict: "failed", exitCode: 1 });
    expect(checkStep(check)).not.toContain("Read the findings");
  });
});

describe("what could not be seen is inconclusive: exit 3, and the reason says it", () => {
  const cases: readonly Case[] = [
    [
      "403 with missing permissions",
      (p) => {
        p.lacks = [{ permission: "backups_read", path: /backups/ }];
      },
      "platform.backups",
      /may not do this.*it lacks backups_read; give the token these permissions/,
    ],
    [
      "a 429 storm",
      (p) => p.fail({ path: /v1/, with: { status: 429, headers: { "x-ratelimit-reset": "60" } } }),
      "platform.backups",
      /takes no more requests.*again in 6[01] s/,
    ],
    ["500 for ten minutes", (p) => p.fail({ path: /v1/, with: { status: 500 } }), "platform.backups", /answered 500/],
    [
      "500 during an outage",
      (p) => {
        p.fail({ path: /v1/, with: { status: 500 } });
        const at = "2026-11-22T08:30:00.000Z";
        const shortlink = "https://stspg.io/2";
        p.world.incidents.push({
          id: "2",
          name: "API down",
          status: "identified",
          impact: "critical",
          shortlink,
          created_at: at,
          updated_at: at,
        });
      },
      "platform.backups",
      /answered 500.*\(Supabase reports a critical incident since 2026-11-22 08:30 UTC: API down\)/,
    ],
    ["slow", (p) => p.fail({ path: /v1/, with: "hang" }), "platform.health", /did not answer within 0\.25 s/],
    [
      "malformed JSON",
      (p) => p.fail({ path: /backups$/, with: "malformed" }),
      "platform.days",
      /something else than documented.*not JSON/,
    ],
    [
      "an expired token",
      (p) => p.fail({ path: /v1/, with: { status: 401, body: { message: "JWT expired" } } }),
      "platform.health",
      /mistyped, revoked or expired/,
    ],
    [
      "a project that is restoring",
      (p) => {
        p.project.status = "RESTORING";
      },
      "platform.health",
      /the project is RESTORING: run it again/,
    ],
  ];
  test.for(cases)("%s", async ([, arrange, id, says]) => {
    const found = await look(arrange);
    expect(found.of(id)).toMatchObject({ status: "not_run", reason: expect.stringMatching(says) });
    expect(found).toMatchObject({ verdict: "inconclusive", exitCode: 3 });
  });

  test("no token is no request", async () => {
    const found = await look(() => {}, { env: { SUPABASE_ACCESS_TOKEN: "" } });
    expect(found.of("platform.backups").reason).toContain("SUPABASE_ACCESS_TOKEN is not set");
    expect(found.exitCode).toBe(3);
    expect(found.requests.filter(({ path }) => path.startsWith("/v1"))).toEqual([]);
  });
});

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
