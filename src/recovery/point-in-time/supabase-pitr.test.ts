import { Temporal } from "temporal-polyfill";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testBackup } from "../../../test/support/backup.ts";
import {
  type TemplateDatabase,
  type TestDatabase,
  templateDatabase,
  testDatabase,
  testServer,
} from "../../../test/support/database.ts";
import { until } from "../../../test/support/death.ts";
import { drive, newIncident } from "../../../test/support/recovery.ts";
import { type PlatformServer, supabasePlatform } from "../../../test/support/supabase-platform/server.ts";
import { scopeOf } from "../../backup/manifest.ts";
import { systemClock } from "../../base/clock.ts";
import { silentProgress } from "../../base/progress.ts";
import { planSchema } from "../../plan/schema.ts";
import { connect } from "../../postgres/connect.ts";
import type { Target } from "../../postgres/types.ts";
import { platformAccess, usualNames } from "../../supabase/management/settings.ts";
import { readMarker, writeMarker } from "../marker.ts";
import type { Incident, RecoveryMethod } from "../types.ts";
import type { NearestCensus } from "./nearest-census.ts";
import { showInstant } from "./point.ts";
import { supabasePitr } from "./supabase-pitr.ts";

/*
 * A strict stand-in answers as Supabase's API is documented; behind it stands a real database, which is really put back
 * to what it was when the stand-in is asked to: dropped, and made anew from how it stood.
 */
const shop = `
  CREATE TABLE public.orders (id int PRIMARY KEY, created_at timestamptz NOT NULL);
  CREATE TABLE public.prices (cents int);
  INSERT INTO public.prices VALUES (199), (299);
  CREATE TABLE public.lines (order_id int REFERENCES public.orders);
  INSERT INTO public.orders SELECT n, '2026-01-01' FROM generate_series(1, 50) AS n;
  INSERT INTO public.lines SELECT n FROM generate_series(1, 50) AS n;`;

let then: TemplateDatabase;
beforeAll(async () => {
  then = await templateDatabase((session) => session.query(shop));
});
afterAll(() => then[Symbol.asyncDispose]());

const minute = 60;
const unix = (minutesAgo: number) => Math.floor(Date.now() / 1000) - minutesAgo * minute;

interface Hosted extends AsyncDisposable {
  readonly platform: PlatformServer;
  readonly database: TestDatabase;
  method(minutesAgo?: number, more?: { lagSeconds?: number }): RecoveryMethod;
}

/** A hosted project whose newest hour of work is bad. */
async function hosted(options: { restores?: "really" | "not at all"; census?: boolean } = {}): Promise<Hosted> {
  await using stack = new AsyncDisposableStack();
  const platform = stack.use(await supabasePlatform({ takes: 2500 }));
  const { project } = platform;
  project.pitr = { enabled: true, earliest: unix(7 * 24 * 60), latest: unix(1) };
  const database = stack.use(await testDatabase(then.name));
  const { target } = database;
  const nearest = options.census === true ? await nightBefore(target) : "nobody took one";
  await database.session.query("INSERT INTO public.orders VALUES (51, now()), (52, now()); DELETE FROM public.lines");
  await database.session[Symbol.asyncDispose]();
  const over = new AbortController();
  stack.defer(() => over.abort());
  void (async () => {
    await until(() => project.restoredTo.length > 0 || over.signal.aborted, 600);
    if (over.signal.aborted || options.restores === "not at all") return;
    await using admin = await connect(testServer(), { readOnly: false });
    await admin.query(`DROP DATABASE ${target.database} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${target.database} TEMPLATE ${then.name}`);
  })();
  const plan = planSchema.parse({
    version: 1,
    databases: { test: { platform: "supabase", critical_tables: ["public.orders"] } },
  });
  const { test: written } = plan.databases;
  if (written === undefined) throw new Error("the plan has no database");
  const signal = new AbortController().signal;
  const held = stack.move();
  return {
    platform,
    database,
    method(minutesAgo = 30, { lagSeconds = 1 } = {}) {
      const instant = Temporal.Instant.fromEpochMilliseconds(unix(minutesAgo) * 1000);
      return supabasePitr({
        access: platformAccess(platform.env, usualNames, signal),
        point: { kind: "time", instant },
        asked: showInstant(instant),
        target,
        plan,
        planDirectory: "/nonexistent",
        database: written,
        teamChecks: [],
        nearest: async () => nearest,
        services: ["auth", "db", "realtime"],
        lagSeconds,
        limitSeconds: options.restores === "not at all" ? 1 : 30,
        settleSeconds: 1,
      });
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** The census of the last backup before everything went wrong. */
async function nightBefore(target: Target): Promise<NearestCensus> {
  await using backup = await testBackup(target);
  const { id, taken_at } = backup.manifest;
  return { id, takenAt: taken_at, census: backup.census, scope: scopeOf(backup.manifest) };
}

async function preview(method: RecoveryMethod): Promise<Awaited<ReturnType<RecoveryMethod["preview"]>>> {
  const context = {
    incidentId: "a-test",
    notes: {},
    note: () => Promise.reject(new Error("a preview notes nothing")),
    remark: () => {},
    assertAlone: async () => {},
    progress: silentProgress,
    clock: systemClock,
    signal: new AbortController().signal,
  };
  await method.select(context);
  return await method.preview(context);
}

const posts = ({ platform }: Hosted) => platform.requests.filter(({ method }) => method === "POST");
const orders = async ({ database }: Hosted) => {
  await using session = await connect(database.target, { readOnly: true });
  return (await session.query<{ rows: number }>("SELECT count(*)::int AS rows FROM public.orders"))[0]?.rows;
};
const statuses = (incident: Incident) =>
  (incident.verification?.checks ?? []).filter(({ status }) => status !== "passed").map(({ id }) => id);

test("the platform is asked once, waited for, and its restore is shown by what is gone", async () => {
  await using project = await hosted({ census: true });
  const plan = await preview(project.method());
  expect(plan.obstacles).toEqual([]);
  expect(plan.losses).toContainEqual({ table: "public.orders", rows_now: 52, rows_then: null, younger: 2 });
  expect(plan.details[0]?.lines[1]).toBe(
    "1 of 3 tables were not written since and must be equal to it; the others within what was written.",
  );
  expect(posts(project)).toEqual([]);
  // The answer is lost on its way, which must not lead to a second restore.
  project.platform.fail({ method: "POST", path: /restore-pitr/, times: 1, with: "lost" });
  const { incident } = await drive(project.database.target, project.method());
  expect(incident.state).toEqual({ step: "ended", outcome: "recovered" });
  expect(statuses(incident)).toEqual([]);
  expect(incident.verification?.checks.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["point.after", "point.definitions"]),
  );
  expect(incident.verification?.checks).toContainEqual(
    expect.objectContaining({
      id: "point.nearest_census",
      status: "passed",
      actual: expect.stringMatching(/^3 tables/),
    }),
  );
  expect(incident.verification?.losses).toContainEqual({
    table: "public.orders",
    rows_now: 52,
    rows_then: 50,
    younger: 2,
  });
  expect(project.platform.project.restoredTo).toHaveLength(1);
  expect(posts(project)).toHaveLength(1);
  expect(await orders(project)).toBe(50);
  expect(await readMarker(project.database.target)).toBeNull();
});

test("a run that was killed after it had asked goes on waiting and does not ask again", async () => {
  await using project = await hosted();
  const method = project.method();
  const begun: Incident = {
    ...newIncident(method),
    state: { step: "execute", outcome: null },
    notes: { asked_at: new Date().toISOString(), before: [] },
  };
  await writeMarker(project.database.target, begun);
  // What the dead run had done last.
  project.platform.project.restoredTo.push(unix(30));
  project.platform.project.busy = { status: "RESTORING", until: Date.now() + 2500 };
  const { incident } = await drive(project.database.target, method, begun);
  expect(incident.state.outcome).toBe("recovered");
  expect(posts(project)).toEqual([]);
  expect(incident.log[0]?.says).toContain("had been asked, and the project was RESTORING");
  expect(await orders(project)).toBe(50);
});

test("a restore that never changes the database is not taken for one, and a person is told", async () => {
  await using project = await hosted({ restores: "not at all" });
  const { incident } = await drive(project.database.target, project.method());
  expect(incident.state.outcome).toBe("needs_person");
  expect(incident.log.map(({ says }) => says).join(" ")).toContain("safety backup");
  expect(await orders(project)).toBe(52);
});

test("what the window does not hold is refused before anything is asked for, and the window is named", async () => {
  await using project = await hosted();
  const { pitr } = project.platform.project;
  const select = (minutesAgo: number) => preview(project.method(minutesAgo));
  await expect(select(8 * 24 * 60)).rejects.toMatchObject({ id: "point.outside_window" });
  await expect(select(-5)).rejects.toMatchObject({ id: "point.future" });
  // Within reach of the archive's lag it is waited for.
  pitr.latest = unix(30) - 1;
  await expect(preview(project.method(30))).rejects.toMatchObject({ id: "point.not_archived_yet" });
  const waiting = preview(project.method(30, { lagSeconds: 30 }));
  await until(() => project.platform.requests.length > 4);
  pitr.latest = unix(29);
  expect((await waiting).obstacles).toEqual([]);
  pitr.enabled = false;
  await expect(select(30)).rejects.toMatchObject({ id: "point.no_window" });
  expect(posts(project)).toEqual([]);
});
