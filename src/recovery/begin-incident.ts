import { start } from "./machine.ts";
import type { Incident, RecoveryMethod } from "./types.ts";

/** What is known of a recovery before anything was looked at. */
export interface Beginning extends Pick<Incident, "id" | "database" | "reason" | "incident_at" | "actor"> {
  readonly method: Pick<RecoveryMethod, "kind" | "mode" | "request">;
  readonly now: Date;
}

/** What a preview's command has in the reason's place until a person writes one. */
export const noReasonYet = "…";

/** An incident that has just begun. */
export function beginIncident({ method, now, ...known }: Beginning): Incident {
  const at = now.toISOString();
  const { kind, mode, request } = method;
  return {
    ...known,
    // The command was run as it was copied: a page that says "…" would look as if somebody had said why.
    reason: known.reason.trim() === noReasonYet ? "" : known.reason,
    format: 1,
    kind,
    mode,
    request,
    started_at: at,
    updated_at: at,
    state: start,
    restore_point: null,
    preview: null,
    safety_backups: [],
    no_safety_backup: null,
    notes: {},
    verification: null,
    told: [],
    rates_before: null,
    watch: null,
    remarks: [],
    log: [],
    next_steps: [],
  };
}
