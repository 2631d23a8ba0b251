import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../base/errors.ts";
import type { Session } from "../postgres/types.ts";
import type { Skipped } from "./types.ts";

/** Collects what statements of our own came to: their errors for the ledger, and what was left out. */
export interface Outcome {
  /** Errors by the object that they are about; messages may still hold values. */
  readonly errors: { readonly object: string; readonly message: string }[];
  readonly skipped: Skipped[];
}

export function newOutcome(): Outcome {
  return { errors: [], skipped: [] };
}

/** SQLSTATE of an error of the server, or an empty string. */
export function sqlstateOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
}

/** Another session changed the same row of the catalog: roles are shared by all databases of a server. */
const concurrentUpdate = /tuple concurrently (?:updated|deleted)/;
const attempts = 5;

/** Runs a statement, again where another restore on the same server got in between. */
export async function execute(session: Session, sql: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await session.query(sql);
      return;
    } catch (error) {
      if (attempt === attempts || !concurrentUpdate.test(messageOf(error))) throw error;
      await sleep(20 * attempt);
    }
  }
}

/** The server is gone, or has no room: an error that is not the statement's own. */
const surroundings = /^(?:08|53|57P|58)/;

/**
 * Runs a statement and puts its error into the outcome. `excuse` may turn an error into something skipped.
 *
 * @throws where the server itself fails
 */
export async function attempt(
  session: Session,
  sql: string,
  object: string,
  outcome: Outcome,
  excuse: (sqlstate: string, message: string) => Skipped | null = () => null,
): Promise<void> {
  try {
    await execute(session, sql);
  } catch (error) {
    const sqlstate = sqlstateOf(error);
    if (sqlstate === "" || surroundings.test(sqlstate)) throw error;
    const skipped = excuse(sqlstate, messageOf(error));
    if (skipped !== null) outcome.skipped.push(skipped);
    else outcome.errors.push({ object, message: messageOf(error) });
  }
}
