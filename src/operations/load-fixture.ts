import { createHash } from "node:crypto";
import { connect } from "../postgres/connect.ts";
import type { Target } from "../postgres/types.ts";
import { filesIn, requireEmptyDatabase, runFile } from "./fixture-files.ts";

export interface InnerOdysseyOptions {
  /** How many families: 10 to 1,000,000. About 110 rows and 30 kB each. */
  readonly families: number;
  /** The instant at which the app is looked at; the newest weekly report is three to four hours older. */
  readonly now: Date;
  /** Chooses all that looks random; the same seed gives the same rows. 1 unless told otherwise. */
  readonly seed?: number;
}

/**
 * Fills an empty database with a production-like Inner Odyssey: schema, roles and rows. The same options give the same
 * rows. All or nothing: a load that fails leaves the database empty.
 *
 * @param target an empty database on a throwaway server, as a superuser; Supabase's roles are made where they are missing
 * @throws fixture.not_empty, fixture.not_superuser, fixture.file_failed
 */
export async function loadInnerOdyssey(target: Target, options: InnerOdysseyOptions): Promise<void> {
  await using session = await connect(target, { readOnly: false, applicationName: "ithaca fixture" });
  await requireEmptyDatabase(session);
  await runFile(session, "bootstrap/supabase-roles.sql");
  await session.query("BEGIN");
  // A wal_level of minimal is right for a throwaway; the publication need not say so.
  await session.query("SET LOCAL client_min_messages = error");
  await session.query(
    `SELECT set_config('ithaca.families', $1, true), set_config('ithaca.now', $2, true), set_config('ithaca.seed', $3, true)`,
    [String(options.families), options.now.toISOString(), String(options.seed ?? 1)],
  );
  for (const file of await filesIn("fixtures/inner-odyssey")) await runFile(session, file);
  await session.query("COMMIT");
  // Throwaway servers have no autovacuum, and without statistics every join of a proof is planned blindly.
  await session.query("ANALYZE");
}

/** An account of the fixture, for those who sign in or ask what a role may see. */
export interface FixtureAccount {
  readonly id: string;
  readonly email: string;
  readonly password: string;
}

/** The uuid that the generator gives to the n-th of its kind, marked as version 4. */
function fixtureUuid(kind: string, n: number, seed: number): string {
  const hex = createHash("md5").update(`${kind}:${n}:${seed}`).digest("hex");
  const marked = `${hex.slice(0, 12)}4${hex.slice(13, 16)}8${hex.slice(17)}`;
  return [0, 8, 12, 16, 20].map((from, i, cuts) => marked.slice(from, cuts[i + 1] ?? 32)).join("-");
}

/**
 * The parent of the n-th family (from 1). Families 1 and 2 are always confirmed; they have two children and one child.
 * The passwords are the fixture's, not anybody's.
 */
export function fixtureParent(n: number, seed = 1): FixtureAccount {
  return {
    id: fixtureUuid("user", n, seed),
    email: `parent-${n}@inner-odyssey.example`,
    password: `wander-home-${n % 4}`,
  };
}

/** A member of the app's staff: has the role of that name besides `parent`, and no children. */
export function fixtureStaff(role: "admin" | "moderator" | "teacher", seed = 1): FixtureAccount {
  const n = { admin: -1, moderator: -2, teacher: -3 }[role];
  return { id: fixtureUuid("user", n, seed), email: `${role}@inner-odyssey.example`, password: "wander-home-0" };
}

/** The id of a family's child, `place` counted from 0. */
export function fixtureChildId(family: number, place: number, seed = 1): string {
  return fixtureUuid("child", family * 8 + place, seed);
}
