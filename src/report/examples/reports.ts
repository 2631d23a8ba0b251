import type { CheckResult } from "../../proof/types.ts";
import { buildProofReport, type ProofParts, type Unwritten } from "../build.ts";
import type { BackupReport, ProofReport } from "../model.ts";
import { check, digest, parts, passedChecks } from "./parts.ts";

/* Reports as they come out of real runs, for tests and for the rendered examples beside this file. */

export { check, files } from "./parts.ts";

/** A weekly proof that went well. */
export function green(changes: Partial<ProofParts> = {}): Unwritten<ProofReport> {
  return buildProofReport({ ...parts, ...changes });
}

const changed: Readonly<Record<string, Partial<CheckResult>>> = {
  "data.equality": {
    status: "failed",
    actual: "128,401 rows in 97 tables",
    findings: [
      { object: "public.user_progress", attribute: "rows", expected: "41,022", actual: "41,020" },
      ...Array.from({ length: 23 }, (_, i) => ({
        object: "public.emotion_logs",
        attribute: `row 7c9e6679-7425-40de-944b-e07fc1f90a${String(i).padStart(2, "0")}`,
        expected: "sha256:1f00aa21",
        actual: "sha256:9b7710cd",
      })),
    ],
  },
  "definitions.equality": {
    status: "failed",
    actual: "2 differences",
    findings: [
      {
        object: 'public.children "Parents | see own `rows` <!-- marker -->"',
        attribute: "using",
        expected: "sha256:77aa0b12",
        actual: "sha256:0000c3de",
      },
    ],
  },
  "plan.orphans": {
    reason: "excused until 2026-12-31 by the Database Administrator: import of old accounts",
    actual: "3 orphans",
    findings: [{ object: "public.children.parent_id", attribute: "orphans", expected: "0", actual: "3" }],
  },
  "sequences.equality": { status: "not_run", actual: "", reason: "this role may not read public.lesson_number_seq" },
};

/** A proof that found the copy to differ from its source. */
export function failed(changes: Partial<ProofParts> = {}): Unwritten<ProofReport> {
  return green({
    checks: passedChecks.map((each) => ({ ...each, ...changed[each.id] })),
    restore_errors: [
      ...parts.restore_errors,
      {
        object: "POLICY public emotion_logs R select own child",
        message: 'column "child_id" of relation "emotion_logs" does not exist',
        allowed_by: null,
      },
    ],
    newestBackupAge: 100_000,
    sabotage: null,
    rehearsal: {
      passed: 2,
      failed: 1,
      skipped: 0,
      tests: [
        { name: "a parent signs in", status: "passed", seconds: 0.4, error: null },
        { name: "a parent sees its own children only", status: "failed", seconds: 0.3, error: "AssertionError" },
        { name: "anon reads nothing", status: "passed", seconds: 0.1, error: null },
      ],
    },
    ...changes,
  });
}

/** A proof that could not be run to its end. */
export function inconclusive(changes: Partial<ProofParts> = {}): Unwritten<ProofReport> {
  const why =
    "No space left on device while the rows were loaded; free 40 MB or more, or set ITHACA_SCRATCH to a larger disk.";
  return green({
    kind: "manual",
    phases: parts.phases.slice(0, 4),
    checks: [
      check("run.completed", "The run came to its end", {
        status: "not_run",
        expected: "every phase",
        actual: "ended in restore.data",
        reason: why,
      }),
      ...passedChecks.map((each) => ({
        ...each,
        status: "not_run" as const,
        expected: "",
        actual: "",
        reason: "the run ended in restore.data",
        seconds: 0,
      })),
    ],
    restore_errors: [],
    not_covered: [],
    sabotage: null,
    ...changes,
  });
}

/** The record of a backup that was taken. */
export function backupTaken(changes: Partial<Unwritten<BackupReport>> = {}): Unwritten<BackupReport> {
  return {
    kind: "backup",
    verdict: "taken",
    reason: "",
    database: "inner-odyssey",
    run: {
      ...parts.run,
      id: "8790-1",
      started_at: "2026-11-23T02:00:02.000Z",
      finished_at: "2026-11-23T02:00:31.000Z",
    },
    backup: {
      id: "2026-11-23T02-00-05Z-inner-odyssey-4f1c2a9b",
      taken_at: "2026-11-23T02:00:05.000Z",
      size_bytes: 31_457_280,
      digest,
      server_version: "15.14",
      dump_seconds: 12.4,
      left_out: [{ what: "schema realtime", why: "the platform's own; it is made anew with every project" }],
      tables: 97,
      rows: 128_403,
      table_rows: null,
    },
    ...changes,
  };
}
