import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Manifest } from "../../backup/manifest.ts";
import { takeCopyCensus } from "../../census/copy-census.ts";
import { resolveScope } from "../../census/scope.ts";
import { type Census, censusFormat } from "../../census/types.ts";
import type { DatabasePlan, Plan } from "../../plan/schema.ts";
import { connect } from "../../postgres/connect.ts";
import type { Target } from "../../postgres/types.ts";
import { allChecks } from "../../proof/all-checks.ts";
import { runChecks } from "../../proof/run-checks.ts";
import type { TeamCheck } from "../../proof/types.ts";
import { toVerified } from "../full/examine.ts";
import type { StepContext, Verified } from "../types.ts";

/** Checks that need nothing to compare with: what the database itself and the plan say must hold. */
const withoutSource = new Set([
  "constraints.foreign_keys",
  "constraints.uniques",
  "constraints.checks",
  "plan.orphans",
  "plan.rls_enabled",
]);

/**
 * Examines a database of which no census was ever taken: its own rules, the plan's, the team's. Whether each row is the
 * right one nobody can say, and the result says that.
 */
export async function examineWithoutSource(
  target: Target,
  parts: {
    readonly plan: Plan;
    readonly database: DatabasePlan;
    readonly planDirectory: string;
    readonly teamChecks: readonly TeamCheck[];
  },
  { clock, progress }: StepContext,
): Promise<{ checks: Verified[]; not_covered: { what: string; why: string }[]; census: Census }> {
  await using session = await connect(target, { readOnly: true, applicationName: "ithaca recovery" });
  const scope = await resolveScope(session, parts.database);
  const nothing: Census = {
    format: censusFormat,
    taken_at: clock.now().toISOString(),
    server_version_num: session.versionNum,
    tables: {},
    sequences: {},
    large_objects: null,
    inventory: [],
    samples: [],
    freshness: [],
    not_covered: [],
  };
  const census = await takeCopyCensus({
    target,
    scope,
    database: parts.database,
    expected: nothing,
    workers: Math.min(2, availableParallelism()),
    progress,
  });
  const { checks, notCovered } = await runChecks(
    {
      ...parts,
      manifest: manifestOf(census, scope),
      expected: census,
      copy: census,
      session,
      restoreErrors: [],
      restoreSkipped: [],
      now: clock.now(),
      archiveProblems: [],
      recordedDigest: null,
      throwaway: { kind: "project", isolation: { osUser: null, networkless: false }, notProduction: "none" },
      measured: { rtoSeconds: null, rpoSeconds: null },
      history: [],
      examine: () => Promise.resolve(null),
      hashKey: randomBytes(32),
    },
    progress,
    allChecks(parts.teamChecks).filter(({ id }) => withoutSource.has(id) || id.startsWith("team.")),
  );
  return {
    checks: checks.filter(({ id }) => id !== "plan.exceptions").map(toVerified),
    not_covered: [
      ...notCovered,
      {
        what: "every row against its source",
        why: "no census was taken at that second itself",
      },
    ],
    census,
  };
}

/** The checks ask the manifest for the scope; the rest says that there is no backup. */
function manifestOf(census: Census, { leftOut, ...scope }: Awaited<ReturnType<typeof resolveScope>>): Manifest {
  const at = census.taken_at;
  const none = "";
  return {
    format: 1,
    id: none,
    database: none,
    taken_at: at,
    started_at: at,
    finished_at: at,
    versions: { ithaca: none, server: none, server_num: census.server_version_num, pg_dump: none },
    server: { database: none, encoding: none, collate: none, ctype: none, locale_provider: none, icu_locale: null },
    sizes: { database_bytes: 0, dump_bytes: 0 },
    files: [],
    digest: none,
    left_out: [...leftOut],
    scope: {
      excludedSchemas: [...scope.excludedSchemas],
      excludedTables: [...scope.excludedTables],
      excludedRows: [...scope.excludedRows],
      excludedExtensions: [...scope.excludedExtensions],
    },
  };
}
