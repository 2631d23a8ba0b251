import { describe, expect, test } from "vitest";
import { look, pitr, withWindow } from "../../test/support/platform-look.ts";
import type { PlatformServer } from "../../test/support/supabase-platform/server.ts";
import { checkStep } from "../report/sections/check-steps.ts";

/* Each promise of the platform: kept, broken, and not to be seen. */

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
      /newest backup age .*31 h 58 min old.*backup of 2026-11-22 02:01 UTC status COMPLETED FAILED/,
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
      /not older than 26 h 2 d 7 h old/,
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
