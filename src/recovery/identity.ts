import { IthacaError } from "../base/errors.ts";
import { connect } from "../postgres/connect.ts";
import { refuseSameServer } from "../postgres/not-production.ts";
import { describeTarget } from "../postgres/target.ts";
import type { Session, Target } from "../postgres/types.ts";
import { recoveryErrors } from "./errors.ts";

/** Whether two sessions are on the same server: a lock that one is given is seen by the other. */
export async function onSameServer(one: Session, other: Session): Promise<boolean> {
  try {
    await refuseSameServer(one, other);
    return false;
  } catch (error) {
    if (error instanceof IthacaError && error.id === "postgres.throwaway_is_source") return true;
    throw error;
  }
}

/**
 * Makes sure that the writing credential leads to where it should: to the database that the backups are taken of, or,
 * for a new one, to another. Gives a sentence where production could not be asked, so that nobody could tell.
 *
 * @throws recovery.other_server, recovery.is_production
 */
export async function assertIdentity(
  { target, source, variable }: { target: Target; source: Target | null; variable: string },
  wanted: "production" | "another",
): Promise<string | null> {
  const cannot = (why: string) =>
    wanted === "production"
      ? `Nobody could compare ${describeTarget(target)} with the database that the backups are taken of (${why}): make sure yourself that it is the right one.`
      : `Nobody could show that ${describeTarget(target)} is not production (${why}).`;
  if (source === null) return cannot("its reading credential is not set");
  let reading: Session;
  try {
    reading = await connect(source, { readOnly: true });
  } catch (error) {
    if (error instanceof IthacaError && error.kind === "surroundings") return cannot("it does not answer");
    throw error;
  }
  await using production = reading;
  await using writing = await connect(target, { readOnly: true });
  const same = (await onSameServer(writing, production)) && (await oidOf(writing)) === (await oidOf(production));
  const where = describeTarget(target);
  if (wanted === "production" && !same) {
    throw recoveryErrors.other_server({ variable, where, source: describeTarget(source) });
  }
  if (wanted === "another" && same) throw recoveryErrors.is_production({ variable, where });
  return null;
}

async function oidOf(session: Session): Promise<number | undefined> {
  const [row] = await session.query<{ oid: number }>("SELECT oid FROM pg_database WHERE datname = current_database()");
  return row?.oid;
}
