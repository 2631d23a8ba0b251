import { IthacaError } from "../base/errors.ts";
import { markerSchema } from "../census/marker-schema.ts";
import { describeTarget } from "../postgres/target.ts";
import type { Target } from "../postgres/types.ts";
import { recoveryErrors } from "./errors.ts";
import { parseIncident } from "./incident.ts";
import type { Incident } from "./types.ts";
import { openWritingSession } from "./writing-session.ts";

/*
 * The marker: one row in a schema of its own in the database that is being recovered, with the whole incident in it. It
 * stands there from before the first write until the recovery is verified or taken back, so that whoever meets the
 * database in between, with or without the incident file, knows that it is not whole and how to go on. A schema of its
 * own touches no object of the application, unlike the database's comment, which belongs to its inventory.
 */

export { markerSchema };

const applicationName = "ithaca recovery marker";

/** The DDL fires no event trigger where we may say so: one that vetoes would keep the marker out. */
const quietly =
  "DO $$ BEGIN SET session_replication_role = replica; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;";

/**
 * Makes sure, before anything is begun, that the marker can be written.
 *
 * @throws recovery.no_right
 */
export async function assertMarkable(target: Target): Promise<void> {
  await using session = await openWritingSession(target, applicationName);
  const [may] = await session.query<{ may: boolean }>(
    `SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
       OR pg_catalog.to_regnamespace('${markerSchema}') IS NOT NULL AS may`,
  );
  if (may?.may === true) return;
  const why = `it may not create the schema ${markerSchema}, in which the recovery is noted`;
  throw recoveryErrors.no_right({ role: target.user, where: describeTarget(target), why });
}

/** Writes the marker, over an older one. */
export async function writeMarker(target: Target, incident: Incident): Promise<void> {
  await using session = await openWritingSession(target, applicationName);
  await session.query(`${quietly}
    SET client_min_messages = warning;
    CREATE SCHEMA IF NOT EXISTS ${markerSchema};
    CREATE TABLE IF NOT EXISTS ${markerSchema}.incident (id text PRIMARY KEY, incident text NOT NULL);`);
  // Of an older incident that a person has dealt with: the new one's row takes its place.
  await session.query(`DELETE FROM ${markerSchema}.incident WHERE id <> $1`, [incident.id]);
  await session.query(
    `INSERT INTO ${markerSchema}.incident VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET incident = excluded.incident`,
    [incident.id, JSON.stringify(incident)],
  );
}

/** Reads the marker; null where there is none, or no such database (any more). */
export async function readMarker(target: Target): Promise<Incident | null> {
  try {
    await using session = await openWritingSession(target, applicationName);
    const [there] = await session.query<{ there: boolean }>(
      `SELECT to_regclass('${markerSchema}.incident') IS NOT NULL AS there`,
    );
    if (there?.there !== true) return null;
    const rows = await session.query<{ incident: string }>(`SELECT incident FROM ${markerSchema}.incident`);
    const [row] = rows;
    return row === undefined ? null : parseIncident(row.incident, `${markerSchema}.incident`);
  } catch (error) {
    if (error instanceof IthacaError && error.id === "postgres.unknown_database") return null;
    throw error;
  }
}

/** Takes the marker away. It may be gone already. */
export async function removeMarker(target: Target): Promise<void> {
  await using session = await openWritingSession(target, applicationName);
  await session.query(`${quietly}
    SET client_min_messages = warning;
    DROP SCHEMA IF EXISTS ${markerSchema} CASCADE;`);
}
