import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { run } from "../../src/base/child-process.ts";
import { silentProgress } from "../../src/base/progress.ts";
import type { Scratch } from "../../src/base/scratch.ts";
import { takeCopyCensus } from "../../src/census/copy-census.ts";
import { wholeScope } from "../../src/census/scope.ts";
import type { Census } from "../../src/census/types.ts";
import { findClient } from "../../src/postgres/clients.ts";
import { libpqEnvironment } from "../../src/postgres/libpq-environment.ts";
import { dataEquality } from "../../src/proof/checks/data-equality.ts";
import { type NarrowOptions, narrowMismatches } from "../../src/proof/narrow/narrow.ts";
import { runChecks } from "../../src/proof/run-checks.ts";
import type { ProofContext } from "../../src/proof/types.ts";
import type { TestDatabase } from "./database.ts";
import { census, databasePlan, proofContext } from "./proof.ts";

/** The census of a database, as that of a source or of a copy. */
export function takeCensus(database: TestDatabase): Promise<Census> {
  const { target } = database;
  const options = {
    scope: wholeScope,
    database: databasePlan(),
    expected: census(),
    workers: 1,
    progress: silentProgress,
  };
  return takeCopyCensus({ target, ...options });
}

/** Dumps a database into `dump/` of a folder, in the place of what is there. */
export async function dump(
  database: TestDatabase,
  scratch: Scratch,
  options: readonly string[] = ["-Z0"],
): Promise<void> {
  const client = await findClient("pg_dump", 15);
  await using connection = await libpqEnvironment(database.target);
  await rm(join(scratch.path, "dump"), { recursive: true, force: true });
  const { exitCode } = await run(client.path, ["-Fd", ...options, "-f", join(scratch.path, "dump")], connection);
  expect(exitCode).toBe(0);
}

/** Compares the database with a census of it, and narrows what differs down. */
export async function prove(
  database: TestDatabase,
  scratch: Scratch,
  expected: Census,
  again: NarrowOptions["again"] = null,
  restoreErrors: ProofContext["restoreErrors"] = [],
) {
  const { session, target } = database;
  await session.query("SET search_path = ''");
  const context = proofContext({ expected, copy: await takeCensus(database), session, restoreErrors });
  const { checks } = await runChecks(context, silentProgress, [dataEquality]);
  const narrowed = await narrowMismatches({
    context,
    checks,
    directory: scratch.path,
    again,
    target,
    progress: silentProgress,
  });
  const left = await session.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'ithaca%'");
  expect(left).toEqual([]);
  const { findings = [], reason = "" } = narrowed.find(({ id }) => id === "data.equality") ?? {};
  expect(JSON.stringify(narrowed)).not.toContain("canary");
  return { reason, told: findings.map((f) => `${f.object}; ${f.attribute}; ${f.expected}; ${f.actual}`) };
}
