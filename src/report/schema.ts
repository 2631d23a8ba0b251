import { z } from "zod";
import type {
  AnyReport,
  BackupReport,
  CheckReport,
  DisasterReport,
  DrillReport,
  PointReport,
  ProofReport,
  RecoveryReport,
  WatchReport,
} from "./model.ts";

/*
 * The report's JSON as it is read back. A report may have been written by a later version: keys that are not known
 * here are passed over, but every known one must be there.
 */

const nothingOr = <T extends z.ZodType>(schema: T) => schema.nullable();
const count = z.int().min(0);
const seconds = z.number();
const files = z.object({ markdown: z.string(), json: z.string() });
const notCovered = z.object({ what: z.string(), why: z.string() });
const objective = z.object({ target_s: seconds, measured_s: nothingOr(seconds), met: nothingOr(z.boolean()) });

const run = z.object({
  id: z.string(),
  url: nothingOr(z.string()),
  actor: z.string(),
  commit: nothingOr(z.string()),
  version: z.string(),
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime(),
});

const finding = z.object({ object: z.string(), attribute: z.string(), expected: z.string(), actual: z.string() });

const check = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(["passed", "failed", "not_run"]),
  expected: z.string(),
  actual: z.string(),
  findings: z.array(finding),
  seconds,
  reason: z.string(),
});

/** A proof's report, as `prove --json` prints it. */
export const proofReportSchema = z.object({
  verdict: z.enum(["proven", "failed", "inconclusive"]),
  level: z.enum(["source-exact", "source-sampled", "archive-exact"]),
  database: z.string(),
  kind: z.enum(["demo", "manual", "daily", "weekly", "monthly", "drill", "recovery"]),
  damaged: z.boolean(),
  run,
  backup: nothingOr(
    z.object({
      id: z.string(),
      taken_at: z.iso.datetime(),
      age_s: seconds,
      size_bytes: count,
      digest: z.string(),
      server_version: z.string(),
      candidates_skipped: z.array(z.object({ id: z.string(), reason: z.string() })),
    }),
  ),
  target: nothingOr(
    z.object({
      kind: z.enum(["cluster", "service", "branch", "project"]),
      server_version: z.string(),
      destroyed: z.boolean(),
    }),
  ),
  objectives: z.object({ rto: objective, rpo: objective }),
  phases: z.array(z.object({ name: z.string(), seconds })),
  checks: z.array(check),
  restore_errors: z.array(z.object({ message: z.string(), object: z.string(), allowed_by: nothingOr(z.string()) })),
  not_covered: z.array(notCovered),
  sabotage: nothingOr(z.object({ tried: count, caught: count, missed: z.array(z.string()) })),
  rehearsal: nothingOr(
    z.object({
      passed: count,
      failed: count,
      skipped: count,
      tests: z.array(z.object({ name: z.string(), status: z.string(), seconds, error: nothingOr(z.string()) })),
    }),
  ),
  report: files,
}) satisfies z.ZodType<ProofReport>;

/** The record of a backup. */
export const backupReportSchema = z.object({
  kind: z.literal("backup"),
  verdict: z.enum(["taken", "failed", "inconclusive"]),
  reason: z.string(),
  database: z.string(),
  run,
  backup: nothingOr(
    z.object({
      id: z.string(),
      taken_at: z.iso.datetime(),
      size_bytes: count,
      digest: z.string(),
      server_version: z.string(),
      dump_seconds: seconds,
      left_out: z.array(notCovered),
      tables: count,
      rows: count,
      table_rows: nothingOr(z.record(z.string(), count)).default(null),
    }),
  ),
  report: files,
}) satisfies z.ZodType<BackupReport>;

const odds = z.array(z.object({ changed: count, missed: z.number().min(0).max(1) }));

const sample = z.object({
  backup: z.object({ id: z.string(), taken_at: z.iso.datetime(), digest: z.string() }),
  budget_s: seconds,
  seconds,
  pace: z.object({
    bytes_per_s: seconds,
    fixed_s: seconds,
    runs: count,
    from: z.enum(["verifications", "proofs", "assumption"]),
  }),
  room_bytes: count,
  restored_bytes: count,
  small_up_to_bytes: count,
  nights: count,
  phases: z.array(z.object({ name: z.string(), seconds })),
  tables: z.array(
    z.object({
      table: z.string(),
      rows: count,
      bytes: count,
      reason: z.enum(["small", "its turn", "by risk", "another night", "too large"]),
      compared: count,
      equal: nothingOr(z.boolean()),
      days_since: nothingOr(count),
      odds,
    }),
  ),
  odds,
});

/** The record of a check. */
export const checkReportSchema = z.object({
  kind: z.literal("check"),
  verdict: z.enum(["proven", "failed", "inconclusive"]),
  database: z.string(),
  run,
  checks: z.array(check),
  not_covered: z.array(notCovered),
  keepers: z.array(
    z.object({
      place: z.enum(["vault", "platform", "exports"]),
      newest: nothingOr(z.object({ id: z.string(), taken_at: z.iso.datetime(), age_s: seconds })),
      count: nothingOr(count),
      size_bytes: nothingOr(count),
      usual_bytes: nothingOr(seconds),
    }),
  ),
  // Records of versions that took no sample have none.
  sample: nothingOr(sample).default(null),
  outage: nothingOr(
    z.object({ name: z.string(), impact: z.string(), since: z.iso.datetime(), url: nothingOr(z.string()) }),
  ),
  report: files,
}) satisfies z.ZodType<CheckReport>;

/** The record of a watch. */
export const watchReportSchema = z.object({
  kind: z.literal("watch"),
  verdict: z.enum(["proven", "failed", "inconclusive"]),
  database: z.string(),
  run,
  due: z.iso.datetime(),
  checks: z.array(check),
  backup: nothingOr(
    z.object({
      id: z.string(),
      taken_at: z.iso.datetime(),
      size_bytes: count,
      digest: z.string(),
      seconds: nothingOr(seconds),
    }),
  ),
  report: files,
}) satisfies z.ZodType<WatchReport>;

/** The record of a recovery. */
export const recoveryReportSchema = z.object({
  kind: z.literal("recover"),
  verdict: z.enum(["proven", "failed", "inconclusive"]),
  reason: z.string(),
  database: z.string(),
  run,
  outcome: z.enum(["recovered", "failed", "rolled_back", "needs_person"]),
  method: z.string(),
  incident: z.object({ id: z.string(), page: z.string() }),
  restore_point: nothingOr(z.iso.datetime()),
  backup: nothingOr(z.object({ id: z.string(), taken_at: z.iso.datetime(), digest: z.string() })),
  safety_backup: nothingOr(z.string()),
  checks: z.array(check),
  lost_rows: z.record(z.string(), z.number()),
  phases: z.array(z.object({ name: z.string(), seconds })),
  not_covered: z.array(notCovered),
  report: files,
}) satisfies z.ZodType<RecoveryReport>;

/** The record of a rehearsal of a point in time. */
export const pointReportSchema = z.object({
  kind: z.literal("point-in-time"),
  verdict: z.enum(["proven", "failed", "inconclusive"]),
  reason: z.string(),
  database: z.string(),
  run,
  engine: z.enum(["supabase", "pgbackrest"]),
  point: nothingOr(z.string()),
  window: nothingOr(z.object({ from: z.string(), to: z.string() })),
  begun_from: nothingOr(z.string()),
  stopped: nothingOr(z.string()),
  checks: z.array(check),
  phases: z.array(z.object({ name: z.string(), seconds })),
  not_covered: z.array(notCovered),
  report: files,
}) satisfies z.ZodType<PointReport>;

/** The record of a drill. */
export const drillReportSchema = z.object({
  kind: z.literal("drill-report"),
  verdict: z.enum(["proven", "failed", "inconclusive"]),
  reason: z.string(),
  database: z.string(),
  production: z.enum(["made-up", "from-the-vault"]),
  run,
  backup: nothingOr(z.object({ id: z.string(), taken_at: z.iso.datetime(), digest: z.string(), size_bytes: count })),
  objectives: z.object({ rto: objective, rpo: objective }),
  rows: nothingOr(z.object({ written: count, recovered: count, lost: count })),
  phases: z.array(z.object({ name: z.string(), seconds, part: z.enum(["preparation", "recovery", "afterwards"]) })),
  checks: z.array(check),
  not_covered: z.array(notCovered),
  rehearsal: proofReportSchema.shape.rehearsal,
  older: nothingOr(
    z.object({ id: z.string(), verdict: z.enum(["proven", "failed", "inconclusive"]), report: z.string() }),
  ),
  trend: z.object({
    drills: count,
    series: z.array(
      z.object({
        at: z.iso.datetime(),
        rto_s: nothingOr(seconds),
        rpo_s: nothingOr(seconds),
        size_bytes: nothingOr(count),
      }),
    ),
    changes: z.array(z.object({ name: z.string(), before_s: seconds, now_s: seconds })),
    slower: z.array(
      z.object({ name: z.string(), before_s: seconds, now_s: seconds, factor: seconds, why: z.string() }),
    ),
    bottlenecks: z.array(z.object({ name: z.string(), seconds, share: seconds })),
  }),
  report: files,
}) satisfies z.ZodType<DrillReport>;

/** The record of going through the steps against a disaster. */
export const disasterReportSchema = z.object({
  kind: z.literal("disaster"),
  verdict: z.enum(["proven", "failed", "inconclusive"]),
  database: z.string(),
  scenario: z.enum(["deleted", "ransomware", "outage"]),
  title: z.string(),
  mode: z.enum(["rehearse", "execute"]),
  disaster: nothingOr(z.string()),
  run,
  steps: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      contact: z.string(),
      does: z.string(),
      proof: z.string(),
      decide: nothingOr(z.string()),
      expected_s: seconds,
      state: z.enum(["pending", "running", "done", "failed", "waiting", "by_hand", "not_run"]),
      says: z.string(),
      seconds: nothingOr(seconds),
    }),
  ),
  checks: z.array(check),
  not_covered: z.array(notCovered),
  way_on: z.string(),
  report: files,
}) satisfies z.ZodType<DisasterReport>;

/** Any report of the folder, told apart by its kind. */
export const anyReportSchema = z.discriminatedUnion("kind", [
  backupReportSchema,
  checkReportSchema,
  proofReportSchema,
  watchReportSchema,
  recoveryReportSchema,
  pointReportSchema,
  drillReportSchema,
  disasterReportSchema,
]) satisfies z.ZodType<AnyReport>;
