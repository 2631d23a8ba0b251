import type { Temporal } from "temporal-polyfill";
import { IthacaError } from "../../base/errors.ts";
import { connect } from "../../postgres/connect.ts";
import { restoreToPointInTime } from "../../supabase/management/backups.ts";
import { PlatformError } from "../../supabase/management/errors.ts";
import { getProject, healthy } from "../../supabase/management/projects.ts";
import { waitUntil } from "../../supabase/management/wait.ts";
import { readMarker } from "../marker.ts";
import type { StepContext } from "../types.ts";
import { pointErrors } from "./errors.ts";
import { notesOf } from "./pitr-notes.ts";
import type { PlatformRecovery } from "./platform-recovery.ts";

/** What the API calls nothing: it could not be asked, so that nobody knows. */
const unknown = "not known";

/** The project's state. A restore goes on whether or not the API answers meanwhile. */
async function statusOf({ api, ref }: PlatformRecovery["access"]): Promise<string> {
  try {
    return (await getProject(api, ref)).status;
  } catch (error) {
    if (error instanceof PlatformError && error.transient) return unknown;
    throw error;
  }
}

/**
 * How the project stands: restored means that it serves, and that what was written after the point is gone. A marker of
 * an older incident may have stood there at the point.
 */
export async function lookAt(
  { access, target }: PlatformRecovery,
  { incidentId }: Pick<StepContext, "incidentId">,
): Promise<{ restored: boolean; state: string }> {
  const status = await statusOf(access);
  if (status !== healthy) return { restored: false, state: status };
  try {
    // A server that answers without its database is not there yet.
    await (await connect(target, { readOnly: true }))[Symbol.asyncDispose]();
    return { restored: (await readMarker(target))?.id !== incidentId, state: status };
  } catch (error) {
    // The platform calls it healthy, and it does not let us in yet.
    if (error instanceof IthacaError && error.kind === "surroundings")
      return { restored: false, state: "not answering yet" };
    throw error;
  }
}

/** Asks the platform, and waits. An earlier run's request that did anything has been waited for by `inspect`. */
export async function askAndWait(recovery: PlatformRecovery, step: StepContext, at: Temporal.Instant): Promise<void> {
  const { api, ref } = recovery.access;
  const { asked_at: before, restored_at } = notesOf(step.notes);
  if (restored_at !== undefined) return;
  await step.assertAlone();
  await step.note({ asked_at: step.clock.now().toISOString() });
  try {
    await restoreToPointInTime(api, ref, new Date(at.epochMilliseconds));
  } catch (error) {
    // Refused outright, and never asked before: nothing has happened, and nobody must look whether it has.
    const refused = error instanceof PlatformError && !error.mayHaveHappened && before === undefined;
    if (refused) await step.note({ asked_at: null });
    throw error;
  }
  await waitForRestore(recovery, step);
}

/** Waits until the project serves again without the marker, and notes that before the marker is written again. */
export async function waitForRestore(recovery: PlatformRecovery, step: StepContext): Promise<void> {
  const { access, limitSeconds } = recovery;
  await step.progress.step("Wait for the platform", (note) =>
    waitUntil(
      access.api,
      `Project ${access.ref} restored`,
      limitSeconds,
      async () => {
        const { restored, state } = await lookAt(recovery, step);
        if (state === "RESTORE_FAILED") throw pointErrors.platform_failed({ project: access.ref, state });
        return restored ? { done: true, value: true } : { done: false, state };
      },
      note,
    ),
  );
  await step.note({ restored_at: step.clock.now().toISOString() });
}

/** Whether a restore that an earlier run asked for has begun: the project leaves its healthy state, or has lost the marker. */
export async function begins(recovery: PlatformRecovery, step: StepContext): Promise<boolean> {
  try {
    return await waitUntil(recovery.access.api, "A restore that was asked for", recovery.settleSeconds, async () => {
      const { restored, state } = await lookAt(recovery, step);
      const begun = restored || (state !== healthy && state !== unknown);
      return begun ? { done: true, value: true } : { done: false, state };
    });
  } catch (error) {
    if (error instanceof IthacaError && error.id === "platform.not_reached") return false;
    throw error;
  }
}
