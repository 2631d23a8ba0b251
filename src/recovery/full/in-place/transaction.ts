import { scratchDirectory } from "../../../base/scratch.ts";
import { takeCensusOn } from "../../../census/copy-census.ts";
import { readInventory } from "../../../census/inventory.ts";
import { listRelations } from "../../../census/relations.ts";
import { findClient } from "../../../postgres/clients.ts";
import { parseQualified } from "../../../proof/names.ts";
import { asSavepoints } from "../../../proof/sabotage/nested.ts";
import { dumpMajor, openArchive } from "../../../restore/open-archive.ts";
import { compareWithNow } from "../../losses.ts";
import { markerSchema } from "../../marker.ts";
import { recoverySql } from "../../sql.ts";
import type { StepContext, TableLoss } from "../../types.ts";
import { fullErrors } from "../errors.ts";
import { examine } from "../examine.ts";
import type { BackupAtHand, FullRecovery } from "../types.ts";
import { chooseDefinitions, chooseHangers, chooseRows, withMissingSchemas } from "./choose.ts";
import { readGround, tableKey } from "./ground.ts";
import type { HeldTables } from "./hold.ts";
import {
  censusNames,
  expectedInPlace,
  ourDifferences,
  ownsLargeObjects,
  platformDifferences,
  withKeptRows,
  withLargeObjectsAsFound,
} from "./kept.ts";
import { restoreLargeObjects } from "./large-objects.ts";
import { listDropped, roomOf, whatWouldGo } from "./left-out.ts";
import { emptyTables, execute, loadRows, scriptOf } from "./load.ts";

const stripSql = recoverySql("full/strip-default-grants");

/** What one transaction came to. It is committed when this is given. */
export interface InPlace {
  readonly losses: readonly TableLoss[];
  readonly notCovered: readonly { readonly what: string; readonly why: string }[];
}

/** Where an archive and the program that reads it are. */
type Tools = Parameters<typeof scriptOf>[0];

/**
 * Puts a backup's rows, and where they differ its definitions, into a database that cannot be dropped, in one
 * transaction. Triggers are held back, so that nothing is rewritten or sent; references are checked by the proof. The
 * same checks as on every copy are run *inside* the transaction, on what it is about to commit, and only what passes
 * is committed: whatever happens before that, production is as it was.
 *
 * @param held the transaction, with the locks by which nobody has written since the safety backup
 */
export async function restoreInPlace(
  recovery: FullRecovery,
  backup: BackupAtHand,
  step: StepContext,
  { session, locked, notStoppedAnyMore }: HeldTables,
): Promise<InPlace> {
  const { manifest, directory } = backup;
  const { path: pgRestore } = await findClient("pg_restore", dumpMajor(manifest));
  const archive = await openArchive(directory, manifest, pgRestore, step.signal);
  if ("damaged" in archive) throw fullErrors.restored_wrong({ what: `the archive is damaged: ${archive.damaged}` });
  await using scratch = await scratchDirectory("in-place");
  const tools: Tools = { pgRestore, dump: archive.dump, scratch: scratch.path, signal: step.signal };
  await execute(session, "SET LOCAL session_replication_role = replica", "to hold triggers back");

  const nested = asSavepoints(session);
  const scope = backup.scope;
  const { losses: compared } = await compareWithNow(nested, {
    scope,
    database: recovery.database,
    restored: backup.census,
    at: manifest.taken_at,
  });
  const before = (await readInventory(session, scope)).objects;
  const ground = withMissingSchemas(archive.entries, await readGround(session));
  const rebuild = ground.unvalidated || ourDifferences(backup.census, before, ground, session.versionNum) > 0;
  // The preview has asked the same; what came between it and this transaction is caught here, before anything is dropped.
  const going = await whatWouldGo(nested, recovery, { backup, ground, rebuild });
  if (going.obstacles.length > 0) throw fullErrors.would_be_lost({ what: going.obstacles.join(" ") });
  const losses = [...compared, ...going.losses];
  const relations = await listRelations(session);
  const room = roomOf(relations, scope, ground);
  const tables = new Map(relations.filter(({ kind }) => "rp".includes(kind)).map((r) => [r.oid, r]));
  const { definitions, grants } = chooseDefinitions(archive.entries, ground);
  if (rebuild) {
    await step.progress.step("Make the definitions anew", async () => {
      const dropped = await listDropped(session, room);
      assertLocked(
        locked,
        dropped.flatMap(({ objid }) => tables.get(objid) ?? []),
      );
      for (const { sql } of dropped) {
        await execute(session, sql, `to make room (${sql.split(" ").slice(0, 3).join(" ")} …)`);
      }
      await execute(session, await scriptOf(tools, definitions, "pre-data"), "the definitions of tables and functions");
    });
  }
  const kept = await step.progress.step("Load the rows", async (note) => {
    const now = await readGround(session);
    const rows = chooseRows(archive.entries, now);
    const anew = new Set(rebuild ? room.schemas : []);
    assertLocked(
      locked,
      rows.tables.filter(({ schema }) => !anew.has(schema)).map(({ schema, table }) => ({ schema, name: table })),
    );
    await emptyTables(session, rows.tables, now);
    for (const [index, table] of rows.tables.entries()) {
      note(`${index + 1} of ${rows.tables.length} tables`);
      await loadRows(session, tools.dump, table, step.signal);
    }
    for (const { defn, tag } of rows.afterwards) await execute(session, defn, `the state of ${tag}`);
    return await censusNames(session, rows.kept);
  });
  await step.progress.step("Make indexes, constraints, triggers and policies", async () => {
    if (rebuild) {
      await execute(session, await scriptOf(tools, definitions, "post-data"), "the indexes, constraints and policies");
      for (const { sql } of await session.query<{ sql: string }>(stripSql, [[...room.schemas], [...room.stays]])) {
        await execute(session, sql, "to take default grants back");
      }
      await execute(session, await scriptOf(tools, grants, null), "the grants");
    }
    const hangers = chooseHangers(archive.entries, await readGround(session));
    await execute(
      session,
      await scriptOf(tools, hangers, "post-data"),
      "triggers and policies on the platform's tables",
    );
  });

  const large = await restoreLargeObjects(session, nested, {
    tools,
    step,
    backup,
    before,
    ground,
    entries: archive.entries,
  });
  const census = await takeCensusOn([nested], {
    scope,
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
  const found = await examine(
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
  const bad = found.checks.filter(({ status }) => status !== "passed");
  if (bad.length > 0) {
    await session.query("ROLLBACK");
    throw fullErrors.restored_wrong({
      what: bad.map(({ title, reason, actual }) => `${title}: ${reason || actual}`).join("; "),
    });
  }
  await step.assertAlone();
  step.signal.throwIfAborted();
  // Committed with everything else: whoever comes after a crash sees by it which of the two happened.
  await session.query(`CREATE TABLE IF NOT EXISTS ${markerSchema}.done (id text PRIMARY KEY)`);
  await session.query(`INSERT INTO ${markerSchema}.done VALUES ($1)`, [step.incidentId]);
  const notCovered = [
    ...found.not_covered,
    ...platformDifferences(backup.census, before, ground, session.versionNum),
    ...kept.map((table) => ({
      what: `Rows of ${table}`,
      why: "the platform does not let us write them: they stay as they are",
    })),
    ...large,
  ];
  await step.note({
    losses: losses.map((loss) => ({ ...loss })),
    not_covered: notCovered,
    checks: found.checks.map((check) => ({
      ...check,
      title: `Before the commit: ${check.title}`,
      id: `restored.${check.id}`,
    })),
  });
  // From here on the server decides alone: whoever stops the run would only not hear of it.
  notStoppedAnyMore();
  step.signal.throwIfAborted();
  await session.query("COMMIT");
  return { losses, notCovered };
}

/** A table that came when the locks stood already may hold rows that no safety backup has. */
function assertLocked(locked: ReadonlySet<string>, tables: readonly { schema: string; name: string }[]): void {
  const late = tables.filter(({ schema, name }) => !locked.has(tableKey(schema, name)));
  if (late.length === 0) return;
  const names = late.map(({ schema, name }) => `${schema}.${name}`).join(", ");
  throw fullErrors.would_be_lost({ what: `${names} came after the safety backup.` });
}
