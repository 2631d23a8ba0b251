import type { CopySession } from "../../postgres/copying.ts";
import {
  deleteRows,
  explainConflicts,
  insertMissing,
  keepBefore,
  reinsertChanged,
  updateChanged,
  type Written,
} from "./apply.ts";
import type { Difference } from "./difference.ts";
import { findDependingOn, type Reference } from "./references.ts";
import type { TableMode, TableRecovery } from "./types.ts";
import type { WorkTable } from "./work-table.ts";

export interface WriteRequest {
  readonly mode: TableMode;
  /** Nothing fires in this transaction, foreign keys included. */
  readonly replica: boolean;
  readonly skipConflicts: boolean;
  readonly references: readonly Reference[];
  readonly difference: Difference;
}

export interface MainWritten {
  readonly written: Written;
  readonly conflicts: TableRecovery["conflicts"];
  readonly blockers: readonly string[];
}

const noConflicts = { rows: 0, same_key: 0, by: [] };

/** What of the database would act on other tables when these rows are deleted or get other keys. */
async function findHindrances(session: CopySession, work: WorkTable, request: WriteRequest): Promise<string[]> {
  const { mode, replica, references, difference } = request;
  const hindrances: string[] = [];
  if (mode === "replace" && difference.extra > 0) {
    for (const { child, rows, constraint } of await findDependingOn(session, work, references)) {
      hindrances.push(
        `${rows} rows of ${child} refer to rows that the backup does not have (${constraint}): replace would orphan them`,
      );
    }
  }
  const key = new Set(work.key?.columns.map(({ name }) => name) ?? []);
  for (const reference of references.filter(({ parent }) => parent === work.shape.sql)) {
    const passive = reference.onUpdate === "no action" || reference.onUpdate === "restrict";
    const byKey = reference.pairs.every((pair) => key.has(pair.parent));
    if (replica || passive || byKey || mode === "missing-rows" || difference.changed === 0) continue;
    hindrances.push(
      `${reference.name} would carry changes on into ${reference.child} (ON UPDATE ${reference.onUpdate}), and this role may not hold it back`,
    );
  }
  return hindrances;
}

/** Writes what differs, as far as the mode goes. Where something stands in the way, nothing is written. */
export async function writeMain(session: CopySession, work: WorkTable, request: WriteRequest): Promise<MainWritten> {
  const { mode, replica, difference, skipConflicts } = request;
  const overwrites = mode !== "missing-rows" && difference.changed > 0;
  const gone = mode === "replace" && difference.extra > 0 ? ["extra"] : [];
  await keepBefore(session, work, overwrites ? [...gone, "changed"] : gone);
  const blockers = await findHindrances(session, work, request);
  if (blockers.length > 0) {
    return { written: { inserted: 0, changed: 0, deleted: 0, relinked: 0 }, conflicts: noConflicts, blockers };
  }
  // Rows may have exchanged values of another unique column; only where no trigger fires may they go and come again.
  const anew = overwrites && replica && work.others.length > 0;
  const deleted = gone.length > 0 ? await deleteRows(session, work, gone) : 0;
  if (anew) await deleteRows(session, work, ["changed"]);
  const change = anew ? reinsertChanged : updateChanged;
  const changed = overwrites ? await change(session, work) : 0;
  const strict = mode === "replace" || work.shape.deferrable_unique;
  const inserted = await insertMissing(session, work, strict ? "fail" : "skip");
  const rows = difference.missing - inserted;
  const conflicts = rows === 0 ? noConflicts : { rows, ...(await explainConflicts(session, work)) };
  const others = conflicts.rows - conflicts.same_key;
  if (others > 0 && !skipConflicts) {
    const by = conflicts.by.map(({ unique, rows: amount }) => `${unique}: ${amount}`).join(", ");
    blockers.push(
      `${others} missing rows cannot come back, since other rows have their unique values by now${by === "" ? "" : ` (${by})`}; --skip-conflicts leaves them out`,
    );
  }
  return { written: { inserted, changed, deleted, relinked: 0 }, conflicts, blockers };
}
