import { listRelations, type Relation, rowsInScope } from "../../../census/relations.ts";
import { type CopySession, connectForCopy } from "../../../postgres/copying.ts";
import type { Session } from "../../../postgres/types.ts";
import { endOnAbort, endWithUs } from "../../bound-session.ts";
import { recoverySql } from "../../sql.ts";
import { fullErrors } from "../errors.ts";
import type { BackupAtHand, FullRecovery } from "../types.ts";
import { readGround, tableKey } from "./ground.ts";
import { listDropped, roomOf } from "./left-out.ts";
import { execute } from "./load.ts";

const madeSinceSql = recoverySql("full/made-since");

/** How long it waits for a table that somebody holds. */
const lockTimeout = "60s";

/** The server ends a transaction in which nothing happens for 15 minutes; a safety backup may take longer. */
const heartbeat = 60_000;

/**
 * The one transaction of a recovery in place, from the moment at which nobody else can write any more. A setting that
 * new sessions are read only is no more than advice to them; a lock is not.
 */
export interface HeldTables extends AsyncDisposable {
  readonly session: CopySession;
  /** Tables that nobody else can write, by `tableKey`. */
  readonly locked: ReadonlySet<string>;
  /** Whether rows were written, or definitions and large objects made, by this transaction or a later one. */
  writtenSince(horizon: string): Promise<boolean>;
  /** From here on the server decides alone: whoever stops the run does not end the session any more. */
  notStoppedAnyMore(): void;
}

/** Tables that a recovery in place empties or drops, with their partitions. */
async function tablesThatGo(session: Session, backup: BackupAtHand): Promise<Relation[]> {
  const scope = backup.scope;
  const relations = await listRelations(session);
  const ground = await readGround(session);
  const dropped = new Set((await listDropped(session, roomOf(relations, scope, ground))).map(({ objid }) => objid));
  const inScope = rowsInScope(scope);
  // What is there only since the backup counts too: it may be the destination of a table of the archive.
  const emptied = (r: Relation) => inScope(r) && ground.writable.has(tableKey(r.schema, r.name));
  const roots = new Set(relations.filter((r) => dropped.has(r.oid) || emptied(r)).map(({ oid }) => oid));
  return relations.filter(({ oid, root, kind }) => "rp".includes(kind) && (roots.has(oid) || roots.has(root)));
}

/** Rows tell which transaction wrote them: exact, unlike the server's counters, which sessions hand in late. */
async function rowsSince(session: Session, tables: readonly Relation[], horizon: string): Promise<boolean> {
  for (const { qualified, kind, readable, schema, name } of tables) {
    // Its jobs were switched off by ourselves.
    if (kind !== "r" || (schema === "cron" && name === "job")) continue;
    if (!readable) return true;
    const [row] = await session.query<{ written: boolean }>(
      `SELECT EXISTS (SELECT FROM ONLY ${qualified} WHERE pg_catalog.age(xmin) <= pg_catalog.age($1::text::xid)) AS written`,
      [horizon],
    );
    if (row?.written !== false) return true;
  }
  return false;
}

/**
 * Begins the one transaction, and locks in it every table that will be emptied or dropped: others read on, and whoever
 * writes waits. A backup that is taken while it is held has everything that was ever committed to these tables.
 *
 * @throws full.statement_failed where somebody keeps a table for longer than a minute
 */
export async function holdTables(
  { target }: FullRecovery,
  backup: BackupAtHand,
  signal: AbortSignal,
): Promise<HeldTables> {
  await using stack = new AsyncDisposableStack();
  const session = await connectForCopy(target, { readOnly: false, applicationName: "ithaca recovery in place" });
  stack.use(session);
  await session.query(`SET default_transaction_read_only = off; SET lock_timeout = '${lockTimeout}'`);
  const stopping = stack.use(endOnAbort(session, signal));
  // A message of its own: in the one before, a transaction that reads only had begun already.
  await session.query("BEGIN");
  await endWithUs(session);
  const tables = await tablesThatGo(session, backup);
  // Without ONLY, children would be locked as well, also such as are not ours.
  const names = tables.map(({ qualified, kind }) => `${kind === "p" ? "" : "ONLY "}${qualified}`);
  if (names.length > 0) {
    await execute(session, `LOCK TABLE ${names.join(", ")} IN EXCLUSIVE MODE`, "to keep writers from the tables");
  }
  const beat = setInterval(() => void session.query("SELECT").catch(() => {}), heartbeat);
  beat.unref();
  stack.defer(() => clearInterval(beat));
  const schemas = [...(await readGround(session)).schemas];
  const all = stack.move();
  return {
    session,
    locked: new Set(tables.map(({ schema, name }) => tableKey(schema, name))),
    async writtenSince(horizon) {
      const [made] = await session.query<{ made: boolean }>(madeSinceSql, [schemas, horizon]);
      return made?.made !== false || (await rowsSince(session, tables, horizon));
    },
    notStoppedAnyMore: () => stopping[Symbol.dispose](),
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  };
}

/**
 * A table that came when the locks stood already may hold rows that no safety backup has.
 *
 * @throws full.would_be_lost
 */
export function assertLocked(
  locked: HeldTables["locked"],
  tables: readonly { readonly schema: string; readonly name: string }[],
): void {
  const late = tables.filter(({ schema, name }) => !locked.has(tableKey(schema, name)));
  if (late.length === 0) return;
  const names = late.map(({ schema, name }) => `${schema}.${name}`).join(", ");
  throw fullErrors.would_be_lost({ what: `${names} came after the safety backup.` });
}
