import type { CheckResult } from "../../proof/types.ts";
import type { ProofParts } from "../build.ts";

/* What the example reports are made from. */

export const files = {
  markdown: "reports/2026/11/23-weekly-8812-1.md",
  json: "reports/2026/11/23-weekly-8812-1.json",
};

/** A check that passed, with what a test changes about it. */
export function check(id: string, title: string, parts: Partial<CheckResult> = {}): CheckResult {
  return { id, title, status: "passed", expected: "", actual: "", findings: [], seconds: 0.1, reason: "", ...parts };
}

export const digest = "4f1c2a9b77d0e3518f0c6b1d2a9e4c7755aa01fe98dcba7654321000ffee1122";

export const passedChecks: readonly CheckResult[] = [
  check("backup.digest", "The backup is the one that was taken", {
    expected: "48 files as in the manifest, digest sha256:4f1c2a9b77d0",
    actual: "48 files as in the manifest, digest sha256:4f1c2a9b77d0",
  }),
  check("restore.errors", "Every error of the restore is accounted for", {
    expected: "no error that nothing allows",
    actual: "1 error, allowed",
  }),
  check("data.equality", "Every row is there, and every value", {
    expected: "128,403 rows in 97 tables",
    actual: "128,403 rows in 97 tables",
    seconds: 3.2,
  }),
  check("definitions.equality", "Every definition is the same", {
    expected: "1,904 objects",
    actual: "1,904 objects",
    seconds: 0.9,
  }),
  check("sequences.equality", "Sequences stand where they stood", { expected: "4 sequences", actual: "4 sequences" }),
  check("plan.record_counts", "The critical tables are there", {
    expected: "9 tables: public.profiles 500, public.children 812, public.lessons 327",
    actual: "9 tables: public.profiles 500, public.children 812, public.lessons 327",
  }),
  check("plan.orphans", "No row points to nothing", { expected: "0 orphans", actual: "0 orphans" }),
  check("plan.rls_enabled", "Row level security is on", { expected: "on for 5 tables", actual: "on for 5 tables" }),
  check("plan.freshness", "The database was alive when it was dumped", {
    expected: "at most 2 d",
    actual: "18 h 4 min",
  }),
  check("isolation.throwaway", "The copy lives apart from production", {
    expected: "a target that is provably not production",
    actual:
      "a private server that this run started from nothing; no network but its own socket, run by the OS user postgres",
  }),
];

/** All that a weekly proof that went well knows at its end. */
export const parts: ProofParts = {
  database: "inner-odyssey",
  kind: "weekly",
  level: "source-exact",
  run: {
    id: "8812-1",
    url: "https://github.com/inner-odyssey/ithaca/actions/runs/8812",
    actor: "schedule",
    commit: "755e621d0c1f4b6a8e9d2c3b4a5f60718293a4b5",
    version: "0.1.0",
    started_at: "2026-11-23T10:00:41.120Z",
    finished_at: "2026-11-23T10:01:19.480Z",
  },
  backup: {
    id: "2026-11-23T02-00-05Z-inner-odyssey-4f1c2a9b",
    taken_at: "2026-11-23T02:00:05.000Z",
    age_s: 28_836,
    size_bytes: 31_457_280,
    digest,
    server_version: "15.14",
    candidates_skipped: [],
  },
  target: { kind: "cluster", server_version: "15.18", destroyed: true },
  objectives: { rto: 14_400, rpo: 86_400 },
  newestBackupAge: 28_836,
  phases: [
    { name: "fetch", seconds: 2.1 },
    { name: "prepare", seconds: 1.9 },
    { name: "restore.pre-data", seconds: 1.4 },
    { name: "restore.data", seconds: 4.8 },
    { name: "restore.post-data", seconds: 3.7 },
    { name: "census", seconds: 4.4 },
    { name: "checks", seconds: 5 },
    { name: "sabotage", seconds: 2.6 },
    { name: "cleanup", seconds: 0.6 },
  ],
  checks: passedChecks,
  restore_errors: [
    {
      object: "EXTENSION pg_graphql",
      message: 'extension "pg_graphql" is not available',
      allowed_by: "extensions that only the platform has",
    },
  ],
  not_covered: [
    { what: "Files in Storage buckets", why: "a database dump holds their rows, never the files themselves" },
    {
      what: "extension pg_cron",
      why: "can only be created in the database named by cron.database_name; 1 job went with it",
    },
  ],
  sabotage: { tried: 12, caught: 12, missed: [] },
};
