import { z } from "zod";
import {
  check,
  count,
  files,
  instant,
  type Kept,
  notCovered,
  nothingOr,
  phase,
  run,
  seconds,
  verdict,
} from "./parts.ts";

/** One place that keeps backups of a database, with what can be compared side by side. */
const keeper = z.object({
  place: z.enum(["vault", "platform", "archive", "exports"]),
  /** The newest backup there; null where there is none. */
  newest: nothingOr(z.object({ id: z.string(), taken_at: instant, age_s: seconds })),
  /** How many are there; null where nobody can count them, as in a window of point-in-time recovery. */
  count: nothingOr(count),
  /** The newest one's, and the median of the seven before it; null where the place does not tell. */
  size_bytes: nothingOr(count),
  usual_bytes: nothingOr(seconds),
});
export type Keeper = Kept<typeof keeper>;

/** The odds, from 0 to 1, that none of so many changed rows was looked at; those of a table, or of all together. */
const odds = z.array(z.object({ changed: count, missed: z.number().min(0).max(1) }));

/** What a daily verification restored of the newest backup, and what it may have missed. A sample, never a proof of the whole. */
const sample = z.object({
  backup: z.object({ id: z.string(), taken_at: instant, digest: z.string() }),
  /** How long the verification was to take at most, and how long it took. */
  budget_s: seconds,
  seconds,
  /** How fast it was expected to go, from so many earlier runs of a kind. */
  pace: z.object({
    bytes_per_s: seconds,
    fixed_s: seconds,
    runs: count,
    from: z.enum(["verifications", "proofs", "assumption"]),
  }),
  /** Bytes of the dump that there was time for by that pace, and that were restored. */
  room_bytes: count,
  restored_bytes: count,
  /** Tables up to this size are restored every night. */
  small_up_to_bytes: count,
  /** Within so many nights every table has its turn, but for those that no night has room for. */
  nights: count,
  phases: z.array(phase),
  tables: z.array(
    z.object({
      table: z.string(),
      rows: count,
      bytes: count,
      reason: z.enum(["small", "its turn", "by risk", "another night", "too large"]),
      /** Rows that were compared one by one. */
      compared: count,
      /** Null where it was not looked at. */
      equal: nothingOr(z.boolean()),
      /** Days since its rows were restored and found equal the last time; null where that never was. */
      days_since: nothingOr(count),
      odds,
    }),
  ),
  odds,
});
export type SampleRecord = Kept<typeof sample>;

/** What `check` found: of the vault, of the platform's own backups, and of files that people export. */
export const checkReportSchema = z.object({
  kind: z.literal("check"),
  verdict,
  database: z.string(),
  run,
  checks: z.array(check),
  not_covered: z.array(notCovered),
  keepers: z.array(keeper),
  /**
   * The part of the newest backup that was restored and compared; null where that was not asked for, or could not be done,
   * and in records of versions that took no sample.
   */
  sample: nothingOr(sample).default(null),
  /** The provider's trouble at the time, by its own status page; null where there was none, or nobody asked. */
  outage: nothingOr(z.object({ name: z.string(), impact: z.string(), since: instant, url: nothingOr(z.string()) })),
  report: files,
});
export type CheckReport = Kept<typeof checkReportSchema>;
