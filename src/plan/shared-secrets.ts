import { z } from "zod";
import { database } from "./database-schema.ts";
import type { PathFault } from "./fault.ts";
import { showPath } from "./harmless.ts";

/*
 * A connection string leads to one database. Where two of a plan name the same variable, the backups of both are taken
 * of one of them, every night and in green. The one that writes is given by a person on the day of a recovery, which
 * makes sure itself where it leads.
 */

/** A variable that is read leniently: null where the schema refuses it, its default where the plan is silent. */
const reading = database.shape.url_secret.nullable().catch(null);
const databases = z.record(z.string(), z.object({ url_secret: reading }).prefault({}).catch({ url_secret: null }));

/** Databases of a plan, by the plan's own map, that share the variable of the connection string that reads. */
export function sharedSecrets(map: unknown): PathFault[] {
  const parsed = databases.safeParse(map);
  if (!parsed.success) return [];
  const all = Object.entries(parsed.data);
  return all.flatMap(([name, { url_secret: variable }], index) => {
    const first = all.findIndex(([, other]) => other.url_secret === variable);
    const owner = all[first];
    if (variable === null || first === index || owner === undefined) return [];
    const path = ["databases", name, "url_secret"];
    const other = showPath(["databases", owner[0], "url_secret"]);
    const told = `${showPath(path)} is ${variable}, and so is ${other}: one connection string leads to one database, so the other would never be backed up`;
    return [{ path, message: `${told}; give each database a variable of its own` }];
  });
}
