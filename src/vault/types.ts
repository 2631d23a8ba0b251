import type { Note } from "../base/progress.ts";

/*
 * The vault keeps whole backup directories, encrypted and deduplicated, and tells about each one what a listing needs
 * without fetching anything: that is written in the tags of its restic snapshot.
 */

/** What the vault must know of a backup to keep it. A `Manifest` is one. */
export interface BackupLabel {
  /** `2026-11-22T02-00-05Z-inner-odyssey-4f1c2a9b` */
  readonly id: string;
  readonly database: string;
  /** ISO 8601 UTC. */
  readonly taken_at: string;
  /** SHA-256, hex. */
  readonly digest: string;
  /** The server that it was taken of, such as 150018. */
  readonly versions?: { readonly server_num: number };
  /** `safety` where a recovery took it of what it was about to replace; absent for a usual one. */
  readonly purpose?: "safety";
}

/** One backup in the vault. */
export interface VaultEntry extends Omit<BackupLabel, "versions"> {
  /** The version of its server; absent in backups of versions of ours that did not note it. */
  readonly server_num?: number;
  /** Bytes of the backup directory as it is fetched, not as it is stored. */
  readonly size_bytes: number;
  /** Number of files of the backup directory. */
  readonly files: number;
  /** When it was uploaded, ISO 8601 UTC. */
  readonly saved_at: string;
  /** restic's id of the snapshot. */
  readonly snapshot: string;
  /** Snapshots of earlier uploads under the same id: the newest upload counts. */
  readonly superseded: readonly string[];
}

export interface VaultListing {
  /** Newest first. */
  readonly entries: readonly VaultEntry[];
  /** Snapshots that are damaged or whose tags make no sense: a backup may be missing from `entries`. */
  readonly unreadable: readonly string[];
  /** What people should know about this listing, as whole sentences. */
  readonly remarks: readonly string[];
}

/** What every operation on the vault takes. */
export interface VaultOptions {
  /** Replaces the one-line status: "42 %, 120 MB of 286 MB". */
  readonly note?: Note;
  /** Something that people should know although the work goes on. */
  readonly warn?: (text: string) => void;
  /** Stops restic in an orderly way: it removes its locks. */
  readonly signal?: AbortSignal;
}

export interface FetchOptions extends VaultOptions {
  /** Only these files, as paths within the backup directory, such as `dump/toc.dat`; all of them unless told otherwise. */
  readonly include?: readonly string[];
}

/** How many backups of each period are kept. The plan's `retention` is one. */
export interface KeepRules {
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
}

/** A backup run that failed, where none came after it. */
export interface LastFailure {
  readonly at: Date;
  /** Whether it failed for nothing but want of room in the vault. */
  readonly vaultFull: boolean;
}

export interface RetainOptions extends VaultOptions {
  readonly database: string;
  readonly keep: KeepRules;
  /** Ids of what was proven, newest first, whether or not it is in the vault; the first that is there is never removed. */
  readonly proven: readonly string[];
  /** How the last backup run failed; null where it is not known to have. Nothing is removed then, unless the vault was full. */
  readonly lastFailure: LastFailure | null;
  /** Seconds; the newest backup, or the last run that found the vault full, must not be older: the plan's RPO and some slack for late schedules. */
  readonly maxAge: number;
  readonly now: Date;
  /** Shows what would go, and removes nothing. */
  readonly dryRun: boolean;
}

export interface RetentionPlan {
  /** Newest first, with every reason for which it stays. */
  readonly keep: readonly { readonly entry: VaultEntry; readonly reasons: readonly string[] }[];
  readonly remove: readonly VaultEntry[];
}

export interface RetainResult extends RetentionPlan {
  /** False for a dry run, and where nothing had to go. */
  readonly removed: boolean;
}

/** One thing that is not as it must be; `CheckResult` of a proof has the same shape. */
export interface VaultFinding {
  readonly object: string;
  readonly attribute: string;
  readonly expected: string;
  readonly actual: string;
}

/** What one check of the vault came to. `reason` is empty unless it did not run, or passed for want of a comparison. */
export interface VaultCheck {
  /** Stable: `vault.newest`, `vault.days`, ... */
  readonly id: string;
  readonly title: string;
  readonly status: "passed" | "failed" | "not_run";
  readonly expected: string;
  readonly actual: string;
  readonly findings: readonly VaultFinding[];
  readonly seconds: number;
  readonly reason: string;
}

export interface VaultCheckOptions extends VaultOptions {
  readonly database: string;
  /** Seconds; the newest backup must not be older. */
  readonly maxAge: number;
  /** So many days, UTC, must each have a backup. */
  readonly days: number;
  /** Whether one is due on a day; every day without it. */
  readonly isDue?: (day: Date) => boolean;
  readonly now: Date;
  /** When the database's first backup ever was taken, where that is known: older days are not missing. */
  readonly firstEver?: Date;
  /** How much of the stored data restic reads back and verifies; only the structure unless told otherwise. */
  readonly read?: "structure" | "sample" | "all";
  /** Digest of the newest backup as recorded outside the vault; a vault alone can only be compared with itself. */
  readonly recordedDigest?: { readonly id: string; readonly digest: string };
  /** Computes the digest of a fetched backup directory; with it the newest backup is fetched and its content verified. */
  readonly digestOf?: (directory: string) => Promise<string>;
}

/** What a credential may do besides reading, as far as that can be tried without harm. */
export interface VaultRights {
  readonly add: boolean;
  /** Whether it may delete its own locks; an append-only vault permits that and no other deletion. */
  readonly removeLocks: boolean;
}

/** A restic repository that holds backups. Every call of restic derives a key first, which takes 0.3 to 0.7 s. */
export interface Vault {
  /** Where it is, fit to be shown: without a password. */
  readonly repository: string;
  /** Whether a repository is there. One call of restic. */
  exists(options?: VaultOptions): Promise<boolean>;
  /** Creates the repository where none is, for certain; false where one was there already. About 2 s: restic calibrates its key derivation. */
  initialise(options?: VaultOptions): Promise<boolean>;
  /** Keeps a backup directory. Needs no right to delete. One call of restic. */
  save(directory: string, label: BackupLabel, options?: VaultOptions): Promise<VaultEntry>;
  /** All backups, of one database or of all. Reads only, and takes no lock. One call of restic. */
  list(database?: string, options?: VaultOptions): Promise<VaultListing>;
  /** Lays the content of a backup directory straight into `destination`. Reads only. One call of restic. */
  fetch(entry: VaultEntry, destination: string, options?: FetchOptions): Promise<void>;
  /** Tries what the credential may do, by a lock that is set and removed. One call of restic, two where adding is refused. */
  rights(options?: VaultOptions): Promise<VaultRights>;
  /** Applies the keep rules. Needs the right to delete. Four calls of restic, two where nothing has to go. */
  retain(options: RetainOptions): Promise<RetainResult>;
  /** Looks at the backups and at the repository. Four calls of restic. */
  check(options: VaultCheckOptions): Promise<VaultCheck[]>;
}
