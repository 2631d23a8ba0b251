import type { CopySession } from "../../postgres/copying.ts";
import { publicKey } from "../../proof/keys.ts";
import { countAltered, type Written } from "./apply.ts";
import type { Closure } from "./closure.ts";
import { restoreDependants } from "./dependants.ts";
import { countDifferences, describeDifference, findChanges, someKeys } from "./difference.ts";
import { tableErrors } from "./errors.ts";
import { passOverNewer } from "./keep-newer.ts";
import { lockTable } from "./lock-table.ts";
import type { OpenedTables } from "./open-tables.ts";
import { bringParents, noParents } from "./parents.ts";
import { compareProtection, type Protection, readProtection } from "./protection.ts";
import { type Held, holdReactions, releaseReactions } from "./reactions.ts";
import { type Broken, findBroken, lockParents, type Reference } from "./references.ts";
import { moveSequences, planSequences, type SequenceMove } from "./sequences.ts";
import { streamRows } from "./stream-rows.ts";
import type { TableCheck, TableRecovery, TableRecoveryOptions, TableWritten } from "./types.ts";
import { writeUndo } from "./undo.ts";
import type { Orphans } from "./verify-table.ts";
import { list, openWorkTable, type WorkTable } from "./work-table.ts";
import { writeMain } from "./write-main.ts";

/** What the steps within the transaction share. */
export interface Transaction {
  readonly options: TableRecoveryOptions;
  readonly production: CopySession;
  readonly backup: CopySession;
  readonly references: readonly Reference[];
  readonly opened: OpenedTables;
  readonly closure: Closure;
  readonly orphans: Orphans;
  readonly replica: boolean;
}

async function bringRows({ production, backup }: Transaction, work: WorkTable): Promise<number> {
  const columns = list(work.mapping.pairs.map((pair) => pair.backup));
  const bytes = await streamRows(backup, `SELECT ${columns} FROM ${work.backup.from}`, production, work.rows);
  await production.query(`ANALYZE ${work.rows}`);
  return bytes;
}

export type Done = Omit<
  TableRecovery,
  "table" | "mode" | "executed" | "closure" | "orphans" | "undo" | "locked_seconds"
>;

export interface Result {
  readonly done: Done;
  readonly works: readonly WorkTable[];
  readonly held: Held;
  readonly protection: Protection;
}

/** Brings back what depended on the inserted rows. The table itself takes part under other temporary tables. */
async function bringDependants(transaction: Transaction, main: WorkTable, note: (text: string) => void) {
  const { production, backup, opened, references, options } = transaction;
  const twin = await openWorkTable(production, 1, opened.main);
  const works: WorkTable[] = [{ ...twin, before: main.before, after: main.after }];
  for (const [index, pair] of opened.dependants.entries()) works.push(await openWorkTable(production, index + 2, pair));
  const written = await restoreDependants({ production, backup, works, references, note, signal: options.signal });
  return { works: works.slice(1), written };
}

async function checkWritten(
  { production, options }: Transaction,
  main: WorkTable,
  left: number,
  newer: number,
): Promise<readonly TableCheck[]> {
  const altered = await countAltered(production, main);
  const checks: TableCheck[] = [
    {
      title: "Every written row is the backup's",
      passed: altered === 0,
      actual: `${altered} were altered while they were written`,
    },
  ];
  if (options.mode === "missing-rows") return checks;
  const { missing, extra, changed } = await countDifferences(production, main);
  const passed = changed === newer && missing === left && (options.mode === "changed-rows" || extra === 0);
  const actual = `${missing} missing, ${changed} changed, ${extra} that the backup does not have`;
  return [...checks, { title: "The table compared once more", passed, actual }];
}

async function checkReferences(transaction: Transaction, works: readonly WorkTable[]) {
  const { production, references, replica } = transaction;
  // Where foreign keys are on, the server has done both.
  const unlocked = replica ? await lockParents(production, works, references) : [];
  if (!replica) await production.query("SET CONSTRAINTS ALL IMMEDIATE");
  return { broken: await findBroken(production, works, references), unlocked };
}

const brokenText = ({ child, parent, constraint, rows }: Broken) =>
  `${rows} rows of ${child} need rows of ${parent} that are missing (${constraint}): bring them back as well with --with-parents, or recover ${parent} first`;

/** Everything but the commit. */
export async function recoverWithin(
  transaction: Transaction,
  startClock: () => void,
  note: (text: string) => void,
): Promise<Result> {
  const { options, production, backup, opened, references, replica } = transaction;
  const { mode, skipConflicts, hashKey } = options;
  const { shape } = opened.main;
  const others = [...opened.dependants, ...opened.parents].map((pair) => pair.shape);
  const oids = [shape, ...others].map(({ oid }) => oid);
  const protection = await readProtection(production, oids);
  const main = await openWorkTable(production, 0, opened.main);
  note("bringing the backup's rows over");
  const bytes = await bringRows(transaction, main);
  const weak = mode === "missing-rows" && replica && !shape.deferrable_unique;
  await lockTable(
    production,
    shape.sql,
    weak ? "ROW EXCLUSIVE" : "SHARE ROW EXCLUSIVE",
    options.lockSeconds,
    options.signal,
  );
  startClock();
  const held = await holdReactions(production, oids, replica, opened.role);
  note("comparing");
  await findChanges(production, main);
  const newer = options.keepNewer === null ? 0 : await passOverNewer(production, main, options.keepNewer);
  const difference = await describeDifference(production, main);
  const keys = await someKeys(production, main);
  note("writing");
  const request = { mode, replica, skipConflicts, references, difference };
  const { written, conflicts, blockers } = await writeMain(production, main, request);
  const more = options.withDependants
    ? await bringDependants(transaction, main, note)
    : { works: [], written: new Map<string, Written>() };
  const parents = options.withParents ? await bringParents(transaction, [main, ...more.works], note) : noParents;
  note("checking");
  const works = [main, ...more.works, ...parents.works];
  const { broken, unlocked } = await checkReferences(transaction, works);
  const moves: SequenceMove[] = [];
  for (const one of works) moves.push(...(await planSequences(production, backup, one)));
  const tables = works.map(({ shape: { sql } }, index): TableWritten => {
    const own = index === 0 ? written : { inserted: 0, changed: 0, deleted: 0, relinked: 0 };
    const below = more.written.get(sql);
    const inserted = own.inserted + (below?.inserted ?? 0) + (parents.inserted.get(sql) ?? 0);
    return { table: sql, ...own, inserted, relinked: below?.relinked ?? 0 };
  });
  const done: Done = {
    difference,
    kept_newer: newer,
    keys: keys.map(({ change, key }) => ({ change, key: publicKey(key, hashKey) })),
    key: main.key?.columns.map(({ name }) => name) ?? [],
    written: tables,
    conflicts,
    broken,
    blockers: [...blockers, ...parents.blockers, ...broken.map(brokenText)],
    triggers: { how: held.how, silenced: held.silenced.map(({ table, name }) => `${name} on ${table}`) },
    sequences: moves,
    notes: [
      ...opened.notes,
      ...unlocked.map((table) => `rows of ${table} could not be locked by this role: they were only looked at`),
    ],
    checks: blockers.length > 0 ? [] : await checkWritten(transaction, main, conflicts.rows, newer),
    bytes_streamed: bytes,
  };
  return { done, works, held, protection };
}

/** The last steps before the commit, each of which can still call it off. */
export async function seal(
  transaction: Transaction,
  { done, works, held, protection }: Result,
): Promise<readonly TableCheck[]> {
  const { options, production, references, closure, orphans } = transaction;
  const table = options.table;
  if (done.blockers.length > 0) throw tableErrors.blocked({ table, why: [...done.blockers] });
  const failed = done.checks.find(({ passed }) => !passed);
  if (failed !== undefined) throw tableErrors.not_as_written({ table, what: `${failed.title}: ${failed.actual}` });
  if (options.undoFile !== null) {
    await writeUndo(options.undoFile, { production, works, references, held, lockSeconds: options.lockSeconds });
  }
  await releaseReactions(production, held);
  const changed = compareProtection(
    protection,
    await readProtection(
      production,
      works.map(({ shape }) => shape.oid),
    ),
  );
  if (changed.length > 0) throw tableErrors.not_as_written({ table, what: `${changed.join(", ")} changed meanwhile` });
  await moveSequences(production, done.sequences);
  const [row] = await production.query<{ id: string }>("SELECT pg_catalog.pg_current_xact_id()::text AS id");
  await options.beforeCommit?.(row?.id ?? "", { ...done, closure, orphans });
  return [
    {
      title: "Grants, policies, triggers and constraints",
      passed: true,
      actual: `${protection.length} things, all as before`,
    },
  ];
}
