import { join } from "node:path";
import { spellInstant } from "../base/spell.ts";
import type { Incident, Preview, RecoveryMethod, RestorePoint, TableLoss } from "./types.ts";

/*
 * A person confirms what a plan has shown. It is kept under the incident's id, which the plan's command names, and the
 * execution makes the plan once more: where what would be lost has grown beyond what a living application adds, somebody
 * has to look again.
 */

/** Where plans are kept as they were shown: names and counts, as in an incident file. */
export function shownDirectory(workingDirectory: string): string {
  return join(workingDirectory, ".ithaca", "previews");
}

/** So many rows more of a table are nobody's surprise. */
const fewRows = 1000;
/** An application may write three times as fast as it did until the plan was made. */
const faster = 3;

/** Rows of now that are not there afterwards, as far as the numbers tell. */
function lostRows({ rows_now, rows_then, younger, gone }: TableLoss): number {
  return gone ?? (rows_then === null ? (rows_now ?? 0) : Math.max((rows_now ?? 0) - rows_then, younger ?? 0, 0));
}

/** What a plan came to, once more. */
export interface PlannedNow {
  readonly restorePoint: RestorePoint;
  readonly losses: Preview["losses"];
  readonly at: Date;
}

/**
 * What has grown worse since a plan was shown, as sentences: another restore point, a table that would be gone and was not
 * there, a loss that is far larger. The rows that a living application has written meanwhile are none of it.
 */
export function grownWorse(shown: Incident, now: PlannedNow): string[] {
  const { restore_point, preview, updated_at, id } = shown;
  if (restore_point === null || preview === null) return [];
  const since = `Since the plan ${id} was made (${spellInstant(updated_at)})`;
  const [planned, found] = [restore_point.backup, now.restorePoint.backup];
  if (planned?.id !== found?.id && planned !== null) {
    return [
      `${since} what would be restored is another: it was ${planned.id}, and is ${found?.id ?? "no backup"} now.`,
    ];
  }
  const madeAt = Date.parse(updated_at);
  const age = madeAt - Date.parse(restore_point.at);
  const passed = age > 0 ? (now.at.getTime() - madeAt) / age : 0;
  const before = new Map(preview.losses.map((loss) => [loss.table, loss]));
  return now.losses.flatMap((loss) => {
    const { table, rows_now, rows_then } = loss;
    const known = before.get(table);
    const newcomer = known === undefined || (known.rows_now === null && rows_now !== null);
    if (newcomer && rows_then === null && rows_now !== 0) {
      return [`${since} the table ${table} has come, which would be gone with its ${rows_now ?? "uncounted"} rows.`];
    }
    const [then, lost] = [known === undefined ? 0 : lostRows(known), lostRows(loss)];
    if (lost <= then + Math.max(fewRows, then / 2, faster * passed * then)) return [];
    return [`${since} the loss of ${table} has grown: ${lost} rows would be gone, and it showed ${then}.`];
  });
}

/** The same recovery, which has an obstacle where it would do worse than its plan has shown. */
export function boundToShown(method: RecoveryMethod, shown: Incident): RecoveryMethod {
  let restorePoint: RestorePoint | null = null;
  return {
    ...method,
    async select(context) {
      restorePoint = await method.select(context);
      return restorePoint;
    },
    async preview(context) {
      const preview = await method.preview(context);
      if (restorePoint === null) return preview;
      const worse = grownWorse(shown, { restorePoint, losses: preview.losses, at: context.clock.now() });
      return { ...preview, obstacles: [...preview.obstacles, ...worse] };
    },
  };
}

/** Whether a plan that was shown is one of this recovery: a new one leaves production alone, and nothing is lost by it. */
export function isPlanOf(shown: Incident, { kind, mode, request }: RecoveryMethod): boolean {
  const ofWhat = kind === "full" ? mode !== "new" : kind === "table" && shown.request.table === request.table;
  return ofWhat && shown.kind === kind && shown.mode === mode;
}
