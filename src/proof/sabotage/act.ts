import { sqlstate } from "../../census/sqlstate.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { describeFailure } from "../failure.ts";
import type { Check } from "../types.ts";
import type { Act, Ground, Harm } from "./types.ts";
import { look, tells } from "./witness.ts";

/** What came of one act: `refused` where the database did not let it happen, or nothing was there to harm. */
export type Deed =
  | { readonly result: "caught" }
  | { readonly result: "refused" }
  | { readonly result: "missed"; readonly why: string };

/**
 * Classes of SQLSTATEs by which a database refuses a harm in its own right: a value that does not fit, a constraint, what
 * depends on the object, a feature that such an object does not have.
 */
const refusals = new Set(["0A", "22", "23", "2B", "42", "44", "54", "55", "P0"]);

/** So many ways to do a harm are tried before it counts as impossible here. */
const mostTries = 12;

const activeEventTriggers = "SELECT evtname AS name FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D'";

/** Switches off, in the open transaction, all code of the copy that would do more than the harm says. */
async function quieten({ session }: Ground): Promise<void> {
  await session.query(
    "SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '10s'; SET LOCAL check_function_bodies = off",
  );
  // Their own commands fire no event trigger. They fire in replica mode too before version 17.
  for (const { name } of await session.query<{ name: string }>(activeEventTriggers)) {
    await session.query(`ALTER EVENT TRIGGER ${quoteIdentifier(name)} DISABLE`);
  }
}

/** Does the harm; false where the database refused it, or nothing changed. */
async function harm({ session }: Ground, { sql, changesRows }: Act): Promise<boolean> {
  try {
    const rows = await session.query(sql);
    return rows.length > 0 || !changesRows;
  } catch (thrown) {
    if (refusals.has(sqlstate(thrown)?.slice(0, 2) ?? "")) return false;
    throw thrown;
  }
}

/** Harms one object, lets the check look, and takes everything back: one connection, one transaction. */
async function attempt(ground: Ground, act: Act, { witness }: Harm, check: Check): Promise<Deed> {
  const { session } = ground;
  await session.query("BEGIN");
  try {
    await quieten(ground);
    if (!(await harm(ground, act))) return { result: "refused" };
    const outcome = await look(ground, act, witness, check);
    if (tells(outcome, act)) return { result: "caught" };
    return { result: "missed", why: outcome.status === "not_run" ? "it could not be run" : "it saw nothing" };
  } catch (thrown) {
    return { result: "missed", why: describeFailure(thrown) };
  } finally {
    // A lost connection takes the transaction with it.
    await session.query("ROLLBACK").catch(() => {});
  }
}

/** Does a harm in the first way that the database lets through; null where there is none on this copy. */
export async function commit(ground: Ground, kind: Harm, checks: readonly Check[]): Promise<string | "caught" | null> {
  const check = checks.find(({ id }) => id === kind.witness.check);
  let tries = 0;
  for (const act of kind.acts(ground)) {
    if (++tries > mostTries) return null;
    const name = (why: string) => `${kind.witness.check}: ${kind.what} (${act.object}): ${why}`;
    if (check === undefined) return name("there is no such check");
    const deed = await attempt(ground, act, kind, check);
    if (deed.result === "caught") return "caught";
    if (deed.result === "missed") return name(deed.why);
  }
  return null;
}
