import { connect } from "../postgres/connect.ts";
import { faultOf } from "../postgres/connection-faults.ts";
import { refuseLentSessions } from "../postgres/pooler.ts";
import type { Session, Target } from "../postgres/types.ts";
import type { AuditEntry } from "./entry.ts";
import { auditErrors } from "./errors.ts";
import { sqlFile } from "./sql.ts";

const settings = sqlFile("session");
const missingSql = sqlFile("missing");
const addSql = sqlFile("add");

export interface MirrorOptions {
  readonly signal: AbortSignal;
  /** Milliseconds that connecting may take. */
  readonly connectWithin: number;
  /** Milliseconds that all of it may take. */
  readonly within: number;
}

/** What a mirroring came to. */
export interface Mirrored {
  /** How many entries the table lacked and has now. */
  readonly added: number;
  /** Ids of entries that the table refuses, such as by a constraint of the team's own. */
  readonly refused: readonly string[];
}

/** So many ids are asked about at once, and so many entries are added by one statement. */
const idsAtOnce = 10_000;
const entriesAtOnce = 500;

/**
 * Adds to `backup_audit_log` what it lacks of the given entries, in their order and each once, however often and from how
 * many places it is called. It needs the right to insert and to ask which ids are missing, and no other.
 *
 * @param entries in the order in which things happened
 * @throws errors of the room postgres; audit.no_table, audit.mirror_failed, audit.mirror_timeout
 */
export async function mirror(
  target: Target,
  entries: readonly AuditEntry[],
  { signal, connectWithin, within }: MirrorOptions,
): Promise<Mirrored> {
  await refuseLentSessions(target, connectWithin);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(within)]);
  const session = await connect(target, { readOnly: false, timeout: connectWithin, applicationName: "ithaca audit" });
  const work = addMissing(session, entries).finally(() => session[Symbol.asyncDispose]());
  // A server that says nothing any more must not hold anything up: its connection is closed, and the work then fails.
  let giveUp = () => {};
  const timeout = new Promise<never>((_, reject) => {
    giveUp = () => {
      void session[Symbol.asyncDispose]();
      reject(signal.aborted ? signal.reason : auditErrors.mirror_timeout({ seconds: within / 1000 }));
    };
  });
  limit.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([work, timeout]);
  } catch (thrown) {
    work.catch(() => {});
    throw explained(thrown);
  } finally {
    limit.removeEventListener("abort", giveUp);
  }
}

async function addMissing(session: Session, entries: readonly AuditEntry[]): Promise<Mirrored> {
  await session.query(settings);
  const missing = new Set<string>();
  for (const ids of batches(entries, idsAtOnce).map((batch) => batch.map(({ id }) => id))) {
    for (const { id } of await session.query<{ id: string }>(missingSql, [ids])) missing.add(id);
  }
  const lacking = entries.filter(({ id }) => missing.has(id));
  const refused: string[] = [];
  for (const batch of batches(lacking, entriesAtOnce)) {
    try {
      await add(session, batch);
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      // One of them is at fault; the others must not wait for it.
      for (const entry of batch) {
        await add(session, [entry]).catch((reason: unknown) => {
          if (!isRefusal(reason)) throw reason;
          refused.push(entry.id);
        });
      }
    }
  }
  return { added: lacking.length - refused.length, refused };
}

async function add(session: Session, entries: readonly AuditEntry[]): Promise<void> {
  await session.query(addSql, [JSON.stringify(entries)]);
}

/** Class 22, data that cannot be stored, and 23, a constraint: the entry is at fault, not the connection. */
function isRefusal(thrown: unknown): boolean {
  return /^2[23]/.test(faultOf(thrown).code);
}

function explained(thrown: unknown): unknown {
  const { code, message } = faultOf(thrown);
  // 42P01 undefined table, 42883 undefined function, 42703 undefined column.
  if (["42P01", "42883", "42703"].includes(code)) return auditErrors.no_table({ why: message }, { cause: thrown });
  if (/^[0-9A-Z]{5}$/.test(code)) return auditErrors.mirror_failed({ why: `${message} (${code})` }, { cause: thrown });
  return thrown;
}

function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
