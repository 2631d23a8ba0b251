import { z } from "zod";
import type { CheckResult, NotCovered } from "../../proof/types.ts";
import {
  check,
  count,
  files,
  notCovered,
  nothingOr,
  type Phase,
  phase,
  type ReportFiles,
  type Run,
  run,
  seconds,
  type Verdict,
  verdict,
} from "./parts.ts";

/** One place that keeps backups of a database, with what can be compared side by side. */
export interface Keeper {
  readonly place: "vault" | "platform" | "exports";
  /** The newest backup there; null where there is none. */
  readonly newest: { readonly id: string; readonly taken_at: string; readonly age_s: number } | null;
  /** How many are there; null where nobody can count them, as in a window of point-in-time recovery. */
  readonly count: number | null;
  /** The newest one's, and the median of the seven before it; null where the place does not tell. */
  readonly size_bytes: number | null;
  readonly usual_bytes: number | null;
}

/** What a daily verification restored of the newest backup, and what it may have missed. A sample, never a proof of the whole. */
export interface SampleRecord {
  readonly backup: { readonly id: string; readonly taken_at: string; readonly digest: string };
  /** How long the verification was to take at most, and how long it took. */
  readonly budget_s: number;
  readonly seconds: number;
  /** How fast it was expected to go, from so many earlier runs of a kind. */
  readonly pace: {
    readonly bytes_per_s: number;
    readonly fixed_s: number;
    readonly runs: number;
    readonly from: "verifications" | "proofs" | "assumption";
  };
  /** Bytes of the dump that there was time for by that pace, and that were restored. */
  readonly room_bytes: number;
  readonly restored_bytes: number;
  /** Tables up to this size are restored every night. */
  readonly small_up_to_bytes: number;
  /** Within so many nights every table has its turn, but for those that no night has room for. */
  readonly nights: number;
  readonly phases: readonly Phase[];
  readonly tables: readonly {
    readonly table: string;
    readonly rows: number;
    readonly bytes: number;
    readonly reason: "small" | "its turn" | "by risk" | "another night" | "too large";
    /** Rows that were compared one by one. */
    readonly compared: number;
    /** Null where it was not looked at. */
    readonly equal: boolean | null;
    /** Days since its rows were restored and found equal the last time; null where that never was. */
    readonly days_since: number | null;
    readonly odds: SampleRecord["odds"];
  }[];
  /** The odds, from 0 to 1, that none of so many changed rows was looked at; those of a table, or of all together. */
  readonly odds: readonly { readonly changed: number; readonly missed: number }[];
}

/** What `check` found: of the vault, of the platform's own backups, and of files that people export. */
export interface CheckReport {
  readonly kind: "check";
  readonly verdict: Verdict;
  readonly database: string;
  readonly run: Run;
  readonly checks: readonly CheckResult[];
  readonly not_covered: readonly NotCovered[];
  readonly keepers: readonly Keeper[];
  /** The part of the newest backup that was restored and compared; null where that was not asked for, or could not be done. */
  readonly sample: SampleRecord | null;
  /** The provider's trouble at the time, by its own status page; null where there was none, or nobody asked. */
  readonly outage: {
    readonly name: string;
    readonly impact: string;
    readonly since: string;
    readonly url: string | null;
  } | null;
  readonly report: ReportFiles;
}

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
  phases: z.array(phase),
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
  verdict,
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
