import { Temporal } from "temporal-polyfill";
import { IthacaError } from "../../base/errors.ts";
import { connect } from "../../postgres/connect.ts";
import { windowDue } from "../../proof/platform/pitr.ts";
import { listBackups, type PlatformBackups } from "../../supabase/management/backups.ts";
import { waitUntil } from "../../supabase/management/wait.ts";
import type { Verified } from "../types.ts";
import { pointErrors } from "./errors.ts";
import { platformSecond } from "./pitr-target.ts";
import type { PlatformRecovery } from "./platform-recovery.ts";
import { type Point, showInstant } from "./point.ts";
import { requireWithin } from "./window.ts";

/** The whole second that the platform is asked for. */
export async function chooseSecond({ point, target, database }: PlatformRecovery): Promise<Temporal.Instant> {
  if (point.kind === "time") return platformSecond(point, null, database.point_in_time.migrations);
  await using session = await connect(target, { readOnly: true });
  return await platformSecond(point, session, database.point_in_time.migrations);
}

/** Holds the second against the platform's window, which lags a minute or two behind: within reach of that it is waited for. */
export async function requireInWindow({ access, lagSeconds }: PlatformRecovery, at: Temporal.Instant): Promise<void> {
  const { api, ref } = access;
  const where = `Supabase project ${ref}`;
  const point: Point = { kind: "time", instant: at };
  let latest: Temporal.Instant | undefined;
  const asked = Date.now();
  try {
    await waitUntil(api, `The archive of ${ref} up to ${showInstant(at)}`, lagSeconds, async () => {
      const { pitrEnabled, window } = await listBackups(api, ref);
      if (!pitrEnabled) throw pointErrors.no_window({ where, why: "point-in-time recovery is off" });
      if (window === null) throw pointErrors.no_window({ where, why: "the platform has no backup to begin from yet" });
      const from = Temporal.Instant.from(window.earliest);
      latest = Temporal.Instant.from(window.latest);
      const behind = at.since(latest).total("seconds");
      // Too early, in the future, or so far beyond the end that no lag explains it.
      requireWithin(point, { from, to: behind > 0 && behind <= lagSeconds ? null : latest }, new Date(asked));
      return behind > 0
        ? { done: false, state: `the archive reaches ${showInstant(latest)}` }
        : { done: true, value: true };
    });
  } catch (error) {
    if (!(error instanceof IthacaError) || error.id !== "platform.not_reached" || latest === undefined) throw error;
    throw pointErrors.not_archived_yet({ target: showInstant(at), reaches: showInstant(latest), seconds: lagSeconds });
  }
}

/** Whether a platform can go back as far as the plan promises, or to the project's own beginning. Pure. */
export function windowHolds(
  { pitrEnabled, window }: Pick<PlatformBackups, "pitrEnabled" | "window">,
  promised: number,
  createdAt: string,
  now: Date,
): Verified {
  const back = window === null ? 0 : (now.getTime() - Date.parse(window.earliest)) / 1000;
  const holds = pitrEnabled && window !== null && back >= windowDue(promised, createdAt, now);
  const reach = window === null ? "no window" : `${Math.floor(back)} s back`;
  return {
    id: "point.window",
    title: "The platform can go back as far as promised",
    status: holds ? "passed" : "failed",
    expected: `${promised} s back`,
    actual: pitrEnabled ? reach : "point-in-time recovery is off",
    reason: "",
  };
}
