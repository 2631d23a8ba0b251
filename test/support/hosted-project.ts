import { Temporal } from "temporal-polyfill";
import { scopeOf } from "../../src/backup/manifest.ts";
import { planSchema } from "../../src/plan/schema.ts";
import { connect } from "../../src/postgres/connect.ts";
import { withDatabase } from "../../src/postgres/target.ts";
import type { Target } from "../../src/postgres/types.ts";
import type { NearestCensus } from "../../src/recovery/point-in-time/nearest-census.ts";
import { showInstant } from "../../src/recovery/point-in-time/point.ts";
import { supabasePitr } from "../../src/recovery/point-in-time/supabase-pitr.ts";
import type { RecoveryMethod } from "../../src/recovery/types.ts";
import { platformAccess, usualNames } from "../../src/supabase/management/settings.ts";
import { testBackup } from "./backup.ts";
import { type TemplateDatabase, type TestDatabase, testDatabase, testServer } from "./database.ts";
import { until } from "./death.ts";
import { type PlatformServer, supabasePlatform } from "./supabase-platform/server.ts";

/*
 * A strict stand-in answers as Supabase's API is documented; behind it stands a real database, which is really put back
 * to what it was when the stand-in is asked to: dropped, and made anew from how it stood.
 */

export const shopThen = `
  CREATE TABLE public.orders (id int PRIMARY KEY, created_at timestamptz NOT NULL);
  CREATE TABLE public.prices (cents int);
  INSERT INTO public.prices VALUES (199), (299);
  CREATE TABLE public.lines (order_id int REFERENCES public.orders);
  INSERT INTO public.orders SELECT n, '2026-01-01' FROM generate_series(1, 50) AS n;
  INSERT INTO public.lines SELECT n FROM generate_series(1, 50) AS n;`;

const minute = 60;

/** Seconds since 1970, so many minutes ago. */
export const unix = (minutesAgo: number): number => Math.floor(Date.now() / 1000) - minutesAgo * minute;

export interface MethodOptions {
  readonly lagSeconds?: number;
  readonly signal?: AbortSignal;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface HostedProject extends AsyncDisposable {
  readonly platform: PlatformServer;
  readonly database: TestDatabase;
  method(minutesAgo?: number, more?: MethodOptions): RecoveryMethod;
}

export interface HostedOptions {
  readonly restores?: "really" | "not at all";
  /** Whether a backup was taken before everything went wrong. */
  readonly census?: boolean;
  /** What happens to the database between the restore and the first look at it. */
  readonly afterwards?: (target: Target) => Promise<void>;
}

/** A hosted project whose newest hour of work is bad. @param then how it stood before */
export async function hostedProject(then: TemplateDatabase, options: HostedOptions = {}): Promise<HostedProject> {
  await using stack = new AsyncDisposableStack();
  const platform = stack.use(await supabasePlatform({ takes: 1000 }));
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
    const coming = withDatabase(target, `${target.database}_coming`);
    await admin.query(`CREATE DATABASE ${coming.database} TEMPLATE ${then.name}`);
    await options.afterwards?.(coming);
    await admin.query(`ALTER DATABASE ${coming.database} RENAME TO ${target.database}`);
  })();
  const plan = planSchema.parse({
    version: 1,
    databases: { test: { platform: "supabase", critical_tables: ["public.orders"] } },
  });
  const { test: written } = plan.databases;
  if (written === undefined) throw new Error("the plan has no database");
  const never = new AbortController().signal;
  const held = stack.move();
  return {
    platform,
    database,
    method(minutesAgo = 30, { lagSeconds = 1, signal = never, environment = {} } = {}) {
      const instant = Temporal.Instant.fromEpochMilliseconds(unix(minutesAgo) * 1000);
      return supabasePitr({
        access: platformAccess({ ...platform.env, ...environment }, usualNames, signal),
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
