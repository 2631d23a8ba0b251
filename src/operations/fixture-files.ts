import { readdir, readFile } from "node:fs/promises";
import { codeOf, messageOf } from "../base/errors.ts";
import { describeTarget } from "../postgres/target.ts";
import type { Session } from "../postgres/types.ts";
import { fixtureErrors } from "./fixture-errors.ts";

const sqlFolder = new URL("../../sql/", import.meta.url);

/** The first thing in a database that initdb did not put there. Its own objects have oids below 16384. */
const firstForeignObject = `
  SELECT found FROM (
    SELECT 1 AS place, 'schema ' || nspname AS found FROM pg_catalog.pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_(toast_)?temp_'
    UNION ALL
    SELECT 2, 'relation ' || oid::regclass FROM pg_catalog.pg_class WHERE oid >= 16384 AND relkind NOT IN ('t', 'i')
    UNION ALL
    SELECT 3, 'function ' || oid::regprocedure FROM pg_catalog.pg_proc WHERE oid >= 16384
    UNION ALL
    SELECT 4, 'extension ' || extname FROM pg_catalog.pg_extension WHERE oid >= 16384
    UNION ALL
    SELECT 5, 'a large object' FROM pg_catalog.pg_largeobject_metadata
  ) AS objects
  ORDER BY place, found
  LIMIT 1`;

/**
 * Makes sure that a fixture may be loaded through this session.
 *
 * @throws fixture.not_superuser, fixture.not_empty
 */
export async function requireEmptyDatabase(session: Session): Promise<void> {
  const where = describeTarget(session.target);
  const [user] = await session.query<{ rolsuper: boolean }>(
    "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER",
  );
  if (user?.rolsuper !== true) throw fixtureErrors.not_superuser({ where });
  const [object] = await session.query<{ found: string }>(firstForeignObject);
  if (object !== undefined) throw fixtureErrors.not_empty({ where, found: object.found });
}

/** A statement that leaves something behind by failing says so in its file's name: `x.fails-23505.sql`. */
const expectedFailure = /\.fails-([0-9A-Z]{5})\.sql$/;

/**
 * Runs one file below `sql/`, as one transaction unless the file has its own or one is open.
 *
 * @throws fixture.file_failed, also where a file that must fail does not
 */
export async function runFile(session: Session, path: string): Promise<void> {
  const text = await readFile(new URL(path, sqlFolder), "utf8");
  const [, expected] = expectedFailure.exec(path) ?? [];
  const fail = (why: string, cause?: unknown) => fixtureErrors.file_failed({ file: `sql/${path}`, why }, { cause });
  try {
    await session.query(text);
  } catch (cause) {
    if (expected !== undefined && codeOf(cause) === expected) return;
    throw fail(messageOf(cause), cause);
  }
  if (expected !== undefined) throw fail(`it should have failed with SQLSTATE ${expected}`);
}

/** The SQL files of a folder below `sql/`, in the order of their numbers. */
export async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(new URL(`${folder}/`, sqlFolder));
  return names
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => `${folder}/${name}`);
}
