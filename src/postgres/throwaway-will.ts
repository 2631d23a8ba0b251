import { join } from "node:path";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { findPrograms } from "./binaries.ts";
import { libpqVariables, writePasswordFile } from "./libpq-environment.ts";
import { quoteIdentifier, quoteLiteral } from "./quote.ts";
import type { Target } from "./types.ts";

/** A guard that drops the database when this process dies; null where no psql is at hand, and the next run sweeps. */
export async function dropWhenKilled(target: Target, name: string, lockKey: string): Promise<Scratch | null> {
  const [psql] = await findPrograms("psql");
  if (psql === undefined) return null;
  const commands = lastWillStatements(name, lockKey).flatMap((statement) => ["-c", statement]);
  const env = await libpqVariables(target, "");
  const scratch = await scratchDirectory("owner", undefined, (path) => ({
    script: '"$@"',
    parameters: [psql.path, "-X", "-w", "-q", ...commands],
    env: { ...env, PGPASSFILE: join(path, "pgpass"), HOME: path },
  }));
  await writePasswordFile(scratch.path, target);
  return scratch;
}

/** What the guard of a killed owner runs: waits until the owner's session is over, so that no CREATE comes after the DROP. */
function lastWillStatements(name: string, lockKey: string): string[] {
  return [
    "SET lock_timeout = '60s'",
    `SELECT pg_catalog.pg_advisory_lock(${quoteLiteral(lockKey)}::pg_catalog.int8)`,
    `DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`,
  ];
}
