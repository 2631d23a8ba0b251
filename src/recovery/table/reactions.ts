import { z } from "zod";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { tableErrors } from "./errors.ts";
import { sqlstateOf } from "./server-errors.ts";
import { tableSql } from "./sql.ts";

const reactionsSql = tableSql("reactions");

const reactionRow = z.object({
  kind: z.enum(["TRIGGER", "RULE"]),
  table: z.string(),
  name: z.string(),
  state: z.enum(["O", "R", "A", "D"]),
});

/** A trigger or rule that would act on its own when rows are written. */
export type Reaction = z.output<typeof reactionRow>;

/** How the database's own reactions are held back, and what lets them go again. */
export interface Held {
  /**
   * `replica`: this transaction counts as a replica's, so that nothing fires, foreign keys included: these are checked by
   * us. `disabled`: each trigger is switched off within the transaction by the table's owner, and foreign keys stay on.
   */
  readonly how: "replica" | "disabled";
  /** What would have fired for an ordinary session. */
  readonly silenced: readonly Reaction[];
  /** Statements that were run, for the undo file too. */
  readonly off: readonly string[];
  readonly on: readonly string[];
}

const enabling = { O: "ENABLE", R: "ENABLE REPLICA", A: "ENABLE ALWAYS" } as const;

function alter({ kind, table, name }: Reaction, verb: string): string {
  return `ALTER TABLE ${kind === "TRIGGER" ? "ONLY " : ""}${table} ${verb} ${kind} ${quoteIdentifier(name)}`;
}

/** Whether this role may count as a replica: a superuser, who was granted the parameter, or Supabase's `postgres`. */
export async function becomeReplica(session: Session): Promise<boolean> {
  await session.query("SAVEPOINT ithaca_replica");
  try {
    await session.query("SET LOCAL session_replication_role = replica");
    await session.query("RELEASE SAVEPOINT ithaca_replica");
    return true;
  } catch (error) {
    if (sqlstateOf(error) !== "42501") throw error;
    await session.query("ROLLBACK TO SAVEPOINT ithaca_replica; RELEASE SAVEPOINT ithaca_replica");
    return false;
  }
}

/**
 * Holds back what would act on written rows: a trigger that rewrites them, one that logs them, a rule. What fires even for
 * a replica is switched off one by one, which needs the tables' owner and keeps other writers of that table waiting.
 *
 * @param oids tables that will be written
 * @throws table.forbidden naming the trigger
 */
export async function holdReactions(
  session: Session,
  oids: readonly string[],
  replica: boolean,
  role: string,
): Promise<Held> {
  const reactions = z.array(reactionRow).parse(await session.query(reactionsSql, [oids]));
  const acting = reactions.filter(({ state }) =>
    replica ? state === "A" || state === "R" : state === "O" || state === "A",
  );
  const off: string[] = [];
  const on: string[] = [];
  for (const reaction of acting) {
    const sql = alter(reaction, "DISABLE");
    try {
      await session.query(sql);
    } catch (cause) {
      if (sqlstateOf(cause) !== "42501") throw cause;
      const what = `hold back the ${reaction.kind.toLowerCase()} ${reaction.name} of ${reaction.table}`;
      throw tableErrors.forbidden({ role, what }, { cause });
    }
    off.push(sql);
    if (reaction.state !== "D") on.push(alter(reaction, enabling[reaction.state]));
  }
  const silenced = reactions.filter(({ state }) => state === "O" || state === "A");
  return { how: replica ? "replica" : "disabled", silenced, off, on };
}

/** Lets go what was held back, in the state in which it was. */
export async function releaseReactions(session: Session, held: Held): Promise<void> {
  if (held.on.length === 0) return;
  // A table with checks still pending cannot be altered.
  await session.query("SET CONSTRAINTS ALL IMMEDIATE");
  for (const sql of held.on) await session.query(sql);
}
