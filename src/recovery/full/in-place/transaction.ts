import { scratchDirectory } from "../../../base/scratch.ts";
import { findClient } from "../../../postgres/clients.ts";
import { asSavepoints } from "../../../proof/sabotage/nested.ts";
import type { ArchiveEntry } from "../../../restore/archive.ts";
import { dumpMajor, openArchive } from "../../../restore/open-archive.ts";
import { markerSchema } from "../../marker.ts";
import type { StepContext, TableLoss } from "../../types.ts";
import { fullErrors } from "../errors.ts";
import type { BackupAtHand, FullRecovery } from "../types.ts";
import { chooseRows } from "./choose.ts";
import { readGround } from "./ground.ts";
import { assertLocked, type HeldTables } from "./hold.ts";
import { censusNames, platformDifferences } from "./kept.ts";
import { restoreLargeObjects } from "./large-objects.ts";
import { type ArchiveTools, emptyTables, execute, loadRows } from "./load.ts";
import { proveWithin } from "./prove.ts";
import { makeRoomAndTables, makeTheRest } from "./rebuild.ts";
import { type Survey, survey } from "./survey.ts";

/** What one transaction came to. It is committed when this is given. */
export interface InPlace {
  readonly losses: readonly TableLoss[];
  readonly notCovered: readonly { readonly what: string; readonly why: string }[];
}

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
  held: HeldTables,
): Promise<InPlace> {
  const { manifest, directory } = backup;
  const { session, locked } = held;
  const { path: pgRestore } = await findClient("pg_restore", dumpMajor(manifest));
  const archive = await openArchive(directory, manifest, pgRestore, step.signal);
  if ("damaged" in archive) throw fullErrors.restored_wrong({ what: `the archive is damaged: ${archive.damaged}` });
  await using scratch = await scratchDirectory("in-place");
  const tools: ArchiveTools = { pgRestore, dump: archive.dump, scratch: scratch.path, signal: step.signal };
  const source = { tools, entries: archive.entries };
  await execute(session, "SET LOCAL session_replication_role = replica", "to hold triggers back");

  const nested = asSavepoints(session);
  const found = await survey(nested, recovery, { backup, entries: archive.entries });
  if (found.rebuild) {
    await step.progress.step("Make the definitions anew", () => makeRoomAndTables(session, source, found, locked));
  }
  const kept = await step.progress.step("Load the rows", (note) => replaceRows(held, source, found, note));
  await step.progress.step("Make indexes, constraints, triggers and policies", () =>
    makeTheRest(session, source, found),
  );
  const { before, ground, losses } = found;
  const large = await restoreLargeObjects(session, nested, { ...source, step, backup, before, ground });
  const { checks, not_covered } = await proveWithin(nested, recovery, { backup, kept, before, ground }, step);
  const bad = checks.filter(({ status }) => status !== "passed");
  if (bad.length > 0) {
    await session.query("ROLLBACK");
    throw fullErrors.restored_wrong({
      what: bad.map(({ title, reason, actual }) => `${title}: ${reason || actual}`).join("; "),
    });
  }
  const notCovered = [
    ...not_covered,
    ...platformDifferences(backup.census, before, ground, session.versionNum),
    ...kept.map((table) => ({
      what: `Rows of ${table}`,
      why: "the platform does not let us write them: they stay as they are",
    })),
    ...large,
  ];
  const proven = checks.map((check) => ({
    ...check,
    title: `Before the commit: ${check.title}`,
    id: `restored.${check.id}`,
  }));
  await commit(held, step, { losses: losses.map((loss) => ({ ...loss })), not_covered: notCovered, checks: proven });
  return { losses, notCovered };
}

/** Empties the tables and loads their rows; gives those that we may not write, as the census names them. */
async function replaceRows(
  { session, locked }: HeldTables,
  { tools, entries }: { readonly tools: ArchiveTools; readonly entries: readonly ArchiveEntry[] },
  { room, rebuild }: Survey,
  note: (text: string) => void,
): Promise<string[]> {
  const now = await readGround(session);
  const rows = chooseRows(entries, now);
  const anew = new Set(rebuild ? room.schemas : []);
  assertLocked(
    locked,
    rows.tables.filter(({ schema }) => !anew.has(schema)).map(({ schema, table }) => ({ schema, name: table })),
  );
  // Of tables that were made anew there is none yet. One that was left on could refuse rows, or send them somewhere.
  const held = now.always.filter(({ ours, table }) => ours && locked.has(table));
  for (const { name, off } of held) await execute(session, off, `to hold back the trigger ${name}`);
  await emptyTables(session, rows.tables, now);
  for (const [index, table] of rows.tables.entries()) {
    note(`${index + 1} of ${rows.tables.length} tables`);
    await loadRows(session, tools.dump, table, tools.signal);
  }
  for (const { name, on } of held) await execute(session, on, `to let the trigger ${name} go again`);
  for (const { defn, tag } of rows.afterwards) await execute(session, defn, `the state of ${tag}`);
  return await censusNames(session, rows.kept);
}

/** Commits, and with it a sign of that: whoever comes after a crash sees by it which of the two happened. */
async function commit(
  { session, notStoppedAnyMore }: HeldTables,
  step: StepContext,
  noted: Parameters<StepContext["note"]>[0],
): Promise<void> {
  await step.assertAlone();
  step.signal.throwIfAborted();
  await session.query(`CREATE TABLE IF NOT EXISTS ${markerSchema}.done (id text PRIMARY KEY)`);
  await session.query(`INSERT INTO ${markerSchema}.done VALUES ($1)`, [step.incidentId]);
  await step.note(noted);
  // From here on the server decides alone: whoever stops the run would only not hear of it.
  notStoppedAnyMore();
  step.signal.throwIfAborted();
  await session.query("COMMIT");
}
