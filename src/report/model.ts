import type { CheckResult, NotCovered } from "../proof/types.ts";
import type { RestoreError } from "../restore/types.ts";

export type Verdict = "proven" | "failed" | "inconclusive";
export type Kind = "demo" | "manual" | "daily" | "weekly" | "monthly" | "drill" | "recovery";

/** A promise in seconds and what was measured; `measured_s` and `met` are null where it could not be measured. */
export interface Objective {
  readonly target_s: number;
  readonly measured_s: number | null;
  readonly met: boolean | null;
}

/** The one model of a proof. Markdown, JSON, summary, issue and mail are views of it. Every field is always there. */
export interface ProofReport {
  readonly verdict: Verdict;
  readonly level: "source-exact" | "source-sampled" | "archive-exact";
  readonly database: string;
  readonly kind: Kind;
  readonly damaged: boolean;
  readonly run: {
    readonly id: string;
    readonly url: string | null;
    readonly actor: string;
    readonly commit: string | null;
    readonly version: string;
    readonly started_at: string;
    readonly finished_at: string;
  };
  readonly backup: {
    readonly id: string;
    readonly taken_at: string;
    readonly age_s: number;
    readonly size_bytes: number;
    readonly digest: string;
    readonly server_version: string;
    readonly candidates_skipped: readonly { readonly id: string; readonly reason: string }[];
  } | null;
  readonly target: {
    readonly kind: "cluster" | "service" | "branch" | "project";
    readonly server_version: string;
    readonly destroyed: boolean;
  } | null;
  readonly objectives: { readonly rto: Objective; readonly rpo: Objective };
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
  readonly checks: readonly CheckResult[];
  readonly restore_errors: readonly RestoreError[];
  readonly not_covered: readonly NotCovered[];
  readonly sabotage: { readonly tried: number; readonly caught: number; readonly missed: readonly string[] } | null;
  readonly rehearsal: {
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    readonly tests: readonly {
      readonly name: string;
      readonly status: string;
      readonly seconds: number;
      readonly error: string | null;
    }[];
  } | null;
  /** Paths of the written files, relative to the reports' folder's parent. */
  readonly report: { readonly markdown: string; readonly json: string };
}

/** What started a run, and when it ran. The same for every kind of report. */
export type Run = ProofReport["run"];

/** `taken` says that a backup is in the vault, and no more: only a proof can say that it is worth something. */
export type BackupVerdict = "taken" | "failed" | "inconclusive";

/** The record of one backup: what stands outside the vault about it, and what `prove` later compares with. */
export interface BackupReport {
  readonly kind: "backup";
  readonly verdict: BackupVerdict;
  /** Why there is no backup, as a sentence; empty where there is one. */
  readonly reason: string;
  readonly database: string;
  readonly run: Run;
  readonly backup: {
    readonly id: string;
    readonly taken_at: string;
    readonly size_bytes: number;
    readonly digest: string;
    readonly server_version: string;
    readonly dump_seconds: number;
    readonly left_out: readonly NotCovered[];
    /** How many tables were counted and hashed, and how many rows they had. */
    readonly tables: number;
    readonly rows: number;
    /** Rows by table, for comparison with later backups; null in records of versions that did not write them. */
    readonly table_rows: Readonly<Record<string, number>> | null;
  } | null;
  readonly report: { readonly markdown: string; readonly json: string };
}

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
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
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
  readonly report: { readonly markdown: string; readonly json: string };
}

/** What `watch` found half an hour after the backup was due: did it arrive? */
export interface WatchReport {
  readonly kind: "watch";
  readonly verdict: Verdict;
  readonly database: string;
  readonly run: Run;
  /** When the backup that was looked for was due. */
  readonly due: string;
  readonly checks: readonly CheckResult[];
  /** The backup that arrived; null where none did. `seconds` from the start of its run to the end, null where nobody recorded them. */
  readonly backup: {
    readonly id: string;
    readonly taken_at: string;
    readonly size_bytes: number;
    readonly digest: string;
    readonly seconds: number | null;
  } | null;
  readonly report: { readonly markdown: string; readonly json: string };
}

/** The record of a recovery that was executed: what it came to, and where its incident file stands. */
export interface RecoveryReport {
  readonly kind: "recover";
  /** `proven`: recovered, verified and quiet. */
  readonly verdict: Verdict;
  /** Why it did not end as it should, as a sentence; empty where it did. */
  readonly reason: string;
  readonly database: string;
  readonly run: Run;
  readonly outcome: "recovered" | "failed" | "rolled_back" | "needs_person";
  /** Such as `full, side-by-side`. */
  readonly method: string;
  /** The incident's id and its page, relative to the reports' folder. */
  readonly incident: { readonly id: string; readonly page: string };
  readonly restore_point: string | null;
  /** The backup that was restored; null where it was none of the vault's. */
  readonly backup: { readonly id: string; readonly taken_at: string; readonly digest: string } | null;
  /** The backup of what was there before. */
  readonly safety_backup: string | null;
  readonly checks: readonly CheckResult[];
  /** Rows that are fewer than at the incident, by table. */
  readonly lost_rows: Readonly<Record<string, number>>;
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
  readonly not_covered: readonly NotCovered[];
  readonly report: { readonly markdown: string; readonly json: string };
}

/** What the rehearsal of a point in time came to. */
export interface PointReport {
  readonly kind: "point-in-time";
  readonly verdict: Verdict;
  /** Why it could not be rehearsed to the end, as a sentence; empty where it was. */
  readonly reason: string;
  readonly database: string;
  readonly run: Run;
  /** Who keeps the log. */
  readonly engine: "supabase" | "pgbackrest";
  /** Where it went back to; null where only the window was looked at. */
  readonly point: string | null;
  readonly window: { readonly from: string; readonly to: string } | null;
  /** The label of the physical backup from which the copy began. */
  readonly begun_from: string | null;
  /** Where recovery stopped, in PostgreSQL's words. */
  readonly stopped: string | null;
  readonly checks: readonly CheckResult[];
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
  readonly not_covered: readonly NotCovered[];
  readonly report: { readonly markdown: string; readonly json: string };
}

/** A drill against those before it, newest first. */
export interface DrillTrend {
  /** How many earlier drills there are to compare with. */
  readonly drills: number;
  /** This drill and up to eleven before it. */
  readonly series: readonly {
    readonly at: string;
    readonly rto_s: number | null;
    readonly rpo_s: number | null;
    readonly size_bytes: number | null;
  }[];
  /** Each phase beside the last drill's. */
  readonly changes: readonly { readonly name: string; readonly before_s: number; readonly now_s: number }[];
  readonly slower: readonly {
    readonly name: string;
    readonly before_s: number;
    readonly now_s: number;
    /** How many times as long. */
    readonly factor: number;
    readonly why: string;
  }[];
  /** Where a recovery spends its time, the longest first; `share` of 0 to 1. */
  readonly bottlenecks: readonly { readonly name: string; readonly seconds: number; readonly share: number }[];
}

/** What came of losing a throwaway production on purpose. */
export interface DrillReport {
  readonly kind: "drill-report";
  readonly verdict: Verdict;
  /** Why it did not come to its end, as a sentence; empty where it did. */
  readonly reason: string;
  readonly database: string;
  /** Whether production was made up, or a copy from the vault's newest backup. Only like is compared with like. */
  readonly production: "made-up" | "from-the-vault";
  readonly run: Run;
  /** The backup that was recovered from; null where the drill did not get that far. */
  readonly backup: {
    readonly id: string;
    readonly taken_at: string;
    readonly digest: string;
    readonly size_bytes: number;
  } | null;
  /** RTO: from the loss until the new database was proven. RPO: from the newest row that came back to the loss. */
  readonly objectives: { readonly rto: Objective; readonly rpo: Objective };
  /** Rows of the writer, by its own log; null where the drill did not get that far. */
  readonly rows: { readonly written: number; readonly recovered: number; readonly lost: number } | null;
  readonly phases: readonly {
    readonly name: string;
    readonly seconds: number;
    /** What the phase is for: only `recovery` is what people would wait for. */
    readonly part: "preparation" | "recovery" | "afterwards";
  }[];
  readonly checks: readonly CheckResult[];
  readonly not_covered: readonly NotCovered[];
  readonly rehearsal: ProofReport["rehearsal"];
  /** The random older backup that was proven too, with its report; null where there is no older one. */
  readonly older: { readonly id: string; readonly verdict: Verdict; readonly report: string } | null;
  readonly trend: DrillTrend;
  readonly report: { readonly markdown: string; readonly json: string };
}

/** What came of going through the steps against a disaster: on throwaways, or in earnest as far as they have come. */
export interface DisasterReport {
  readonly kind: "disaster";
  readonly verdict: Verdict;
  readonly database: string;
  readonly scenario: "deleted" | "ransomware" | "outage";
  /** The scenario for people, such as `A: the database is gone`. */
  readonly title: string;
  readonly mode: "rehearse" | "execute";
  /** The execution that this run belongs to; null for a rehearsal, which is over when it ends. */
  readonly disaster: string | null;
  readonly run: Run;
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    /** The contact's role in the plan. */
    readonly contact: string;
    readonly does: string;
    readonly proof: string;
    /** What only a person can decide here; null where there is nothing to decide. */
    readonly decide: string | null;
    readonly expected_s: number;
    readonly state: "pending" | "running" | "done" | "failed" | "waiting" | "by_hand" | "not_run";
    readonly says: string;
    /** Null where it was not begun, or a person did it. */
    readonly seconds: number | null;
  }[];
  /** Every step that a tool can show to be done. */
  readonly checks: readonly CheckResult[];
  /** Steps that only a person can do, and what a rehearsal cannot say. */
  readonly not_covered: readonly NotCovered[];
  /** What goes on from here, as a sentence. */
  readonly way_on: string;
  readonly report: { readonly markdown: string; readonly json: string };
}

/** Everything that is kept in the reports' folder. */
export type AnyReport =
  | ProofReport
  | BackupReport
  | CheckReport
  | WatchReport
  | RecoveryReport
  | PointReport
  | DrillReport
  | DisasterReport;
