import { readFile } from "node:fs/promises";
import { z } from "zod";
import { describeTarget } from "../postgres/target.ts";
import type { Session } from "../postgres/types.ts";
import { restoreErrors } from "./errors.ts";
import type { ServerFacts } from "./selection.ts";

const foreignObjects = await readFile(new URL("../../sql/restore/foreign-objects.sql", import.meta.url), "utf8");
const serverFacts = await readFile(new URL("../../sql/restore/server-facts.sql", import.meta.url), "utf8");

const factsRow = z.object({
  extensions: z.array(z.string()),
  tablespaces: z.array(z.string()),
  superuser: z.boolean(),
  self: z.string(),
});

/**
 * Makes sure that a database is fit to receive a restore: nothing in it beyond what template0 has, default privileges
 * included (they would add grants that the source has not), and we are superuser. Gives what the server offers.
 *
 * @throws restore.not_empty, restore.not_superuser
 */
export async function inspectTarget(session: Session): Promise<ServerFacts & { readonly self: string }> {
  const where = describeTarget(session.target);
  const [row] = z.array(factsRow).parse(await session.query(serverFacts));
  if (row?.superuser !== true) throw restoreErrors.not_superuser({ where });
  const [found] = await session.query<{ what: string }>(foreignObjects);
  if (found !== undefined) throw restoreErrors.not_empty({ where, found: found.what });
  return { availableExtensions: new Set(row.extensions), tablespaces: new Set(row.tablespaces), self: row.self };
}
