import { z } from "zod";
import { database } from "./database-schema.ts";
import type { PathFault } from "./fault.ts";
import { showPath } from "./harmless.ts";

/*
 * A connection string leads to one database. Where two of a plan name the same variable, the backups of both are taken
 * of one of them, every night and in green, and a recovery of the other would find the wrong one.
 */

/** A variable that is read leniently: null where the schema refuses it, its default where the plan is silent. */
const reading = database.shape.url_secret.nullable().catch(null);
const writing = database.shape.recovery.unwrap().shape.url_secret.nullable().catch(null);
const databases = z.record(
  z.string(),
  z
    .object({
      url_secret: reading,
      recovery: z.object({ url_secret: writing }).prefault({}).catch({ url_secret: null }),
    })
    .prefault({})
    .catch({ url_secret: null, recovery: { url_secret: null } }),
);

/** A variable that a database of the plan has its connection string in. */
interface Use {
  readonly name: string;
  readonly variable: string | null;
}

function sharedAmong(uses: readonly Use[], keys: readonly string[], outcome: string): PathFault[] {
  return uses.flatMap(({ name, variable }, index) => {
    const first = uses.findIndex((other) => other.variable === variable);
    const owner = uses[first];
    if (variable === null || first === index || owner === undefined) return [];
    const path = ["databases", name, ...keys];
    const other = showPath(["databases", owner.name, ...keys]);
    const told = `${showPath(path)} is ${variable}, and so is ${other}: ${outcome}`;
    return [{ path, message: `${told}; give each database a variable of its own` }];
  });
}

/** Databases of a plan, by the plan's own map, that share the variable of a connection string. */
export function sharedSecrets(map: unknown): PathFault[] {
  const parsed = databases.safeParse(map);
  if (!parsed.success) return [];
  const all = Object.entries(parsed.data);
  return [
    ...sharedAmong(
      all.map(([name, { url_secret }]) => ({ name, variable: url_secret })),
      ["url_secret"],
      "one connection string leads to one database, so the other would never be backed up",
    ),
    ...sharedAmong(
      all.map(([name, { recovery }]) => ({ name, variable: recovery.url_secret })),
      ["recovery", "url_secret"],
      "one connection string leads to one database, so the other could not be recovered",
    ),
  ];
}
