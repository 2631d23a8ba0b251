import { takeCensusOn } from "../../../census/copy-census.ts";
import type { Session } from "../../../postgres/types.ts";
import { parseQualified } from "../../../proof/names.ts";
import type { StepContext } from "../../types.ts";
import { examine } from "../examine.ts";
import type { BackupAtHand, FullRecovery } from "../types.ts";
import { tableKey } from "./ground.ts";
import { expectedInPlace, ownsLargeObjects, withKeptRows, withLargeObjectsAsFound } from "./kept.ts";
import type { Survey } from "./survey.ts";

/**
 * Runs the checks of every copy on what the transaction is about to commit.
 *
 * @param kept tables, as the census names them, whose rows may not be written
 */
export async function proveWithin(
  nested: Session,
  recovery: FullRecovery,
  {
    backup,
    kept,
    before,
    ground,
  }: Pick<Survey, "before" | "ground"> & { backup: BackupAtHand; kept: readonly string[] },
  step: StepContext,
): ReturnType<typeof examine> {
  const census = await takeCensusOn([nested], {
    scope: backup.scope,
    database: recovery.database,
    expected: backup.census,
    progress: step.progress,
  });
  const owned = ownsLargeObjects(backup.census, before, ground);
  const writable = (table: string) => {
    const { schema, name } = parseQualified(table);
    return ground.writable.has(tableKey(schema, name));
  };
  const asKept = withKeptRows(expectedInPlace(backup.census, before, ground), census, { kept, writable });
  const expected = owned ? asKept : withLargeObjectsAsFound(asKept, census);
  return await examine(
    {
      recovery,
      backup: { ...backup, census: expected },
      restored: { errors: [], skipped: [] },
      census,
      session: nested,
      ask: "everything",
    },
    step,
  );
}
