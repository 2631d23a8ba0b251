import { connect } from "../postgres/connect.ts";
import type { Target } from "../postgres/types.ts";
import { filesIn, requireEmptyDatabase, runFile } from "./fixture-files.ts";

const folder = "fixtures/nasty";

export interface NastyOptions {
  /** Adds what a dump loses without a word: altered extension members, database settings, an invalid index, ... */
  readonly lost?: boolean;
  /** Adds one object that dumps and cannot be restored, by its file's name in `sql/fixtures/nasty/unrestorable/`. */
  readonly unrestorable?: string;
}

/**
 * Fills an empty database with the nastiest objects that PostgreSQL 15 has and a project may own. All of it dumps and
 * restores without an error, unless the options add what does not. Roles named `nasty...` stay on the server.
 *
 * @param target an empty database on a throwaway server with the contrib extensions, as a superuser
 * @throws fixture.not_empty, fixture.not_superuser, fixture.file_failed
 */
export async function loadNasty(target: Target, options: NastyOptions = {}): Promise<void> {
  await using session = await connect(target, { readOnly: false, applicationName: "ithaca fixture" });
  await requireEmptyDatabase(session);
  await session.query("SET client_min_messages = error");
  const files = await filesIn(folder);
  if (options.unrestorable !== undefined) files.push(`${folder}/unrestorable/${options.unrestorable}`);
  if (options.lost) files.push(...(await filesIn(`${folder}/lost`)));
  // No ANALYZE afterwards: of a table with a foreign child it reads the foreign rows, which are not there.
  for (const file of files) await runFile(session, file);
}
