import type { Progress } from "../../base/progress.ts";
import type { Target } from "../../postgres/types.ts";
import type { Closure } from "./closure.ts";
import type { ColumnDecisions } from "./columns.ts";
import type { Difference } from "./difference.ts";
import type { Broken } from "./references.ts";
import type { SequenceMove } from "./sequences.ts";
import type { Orphans } from "./verify-table.ts";

/**
 * `missing-rows` inserts what is missing and touches nothing else; `changed-rows` also sets changed rows back; `replace`
 * makes the table what the backup holds, and takes away what was added since.
 */
export const tableModes = ["missing-rows", "changed-rows", "replace"] as const;
export type TableMode = (typeof tableModes)[number];

/** Which changed rows are kept: those that say, by their own time, that they were changed after an instant. */
export interface KeepNewer {
  readonly column: string;
  /** ISO 8601. */
  readonly than: string;
}

export interface TableRecoveryOptions {
  /** Production, as a role that may write the table. */
  readonly production: Target;
  /**
   * A database that holds the table as it was: where a backup or a point in time was restored. Its rows are read, and
   * temporary tables are made in it.
   */
  readonly backup: Target;
  /** Such as `public.children`. */
  readonly table: string;
  readonly mode: TableMode;
  /** Also bring back what depended on the missing rows and vanished with them. */
  readonly withDependants: boolean;
  /** Also bring back rows of other tables that the written rows need and that are missing. */
  readonly withParents: boolean;
  /** Rows whose time in this column of production is later than that are left as they are; null where none is. */
  readonly keepNewer: KeepNewer | null;
  readonly decisions: ColumnDecisions;
  /** Leave out missing rows whose unique values other rows have by now, instead of refusing. */
  readonly skipConflicts: boolean;
  /** False: everything is done and then rolled back. */
  readonly execute: boolean;
  /** Where the undo script is written; it must not exist. Needed to execute. */
  readonly undoFile: string | null;
  /** Seconds that a lock is waited for, each of a few times. */
  readonly lockSeconds: number;
  /** For keys that must not be shown as they are. */
  readonly hashKey: Buffer;
  /** Called right before the commit with the transaction's id: what a later run needs to know whether it came. */
  readonly beforeCommit?: (
    transaction: string,
    done: Pick<TableRecovery, "written" | "checks" | "difference" | "closure" | "orphans">,
  ) => Promise<void>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What was written to one table, or would have been. */
export interface TableWritten {
  /** Quoted, as SQL names it. */
  readonly table: string;
  readonly inserted: number;
  readonly changed: number;
  readonly deleted: number;
  readonly relinked: number;
}

/** One thing that was made sure of before the commit or after it. */
export interface TableCheck {
  readonly title: string;
  readonly passed: boolean;
  readonly actual: string;
}

/** What a recovery of a table came to, or what its dry run showed. Names and counts; keys only where they say nothing. */
export interface TableRecovery {
  readonly table: string;
  readonly mode: TableMode;
  readonly executed: boolean;
  readonly difference: Difference;
  /** Changed rows that were kept because they are newer than what was asked for. */
  readonly kept_newer: number;
  /** Some keys of rows that differ. */
  readonly keys: readonly { readonly change: string; readonly key: string }[];
  /** What tells two rows apart; empty where nothing does. */
  readonly key: readonly string[];
  readonly written: readonly TableWritten[];
  /** Missing rows that were not inserted, since their place was taken. */
  readonly conflicts: {
    readonly rows: number;
    /** Rows that are there again under their own key: they are kept. */
    readonly same_key: number;
    readonly by: readonly { readonly unique: string; readonly rows: number }[];
  };
  readonly closure: Closure;
  /** Rows of these tables, or that refer to them, which referred to nothing before anything was written. */
  readonly orphans: Orphans;
  /** Foreign keys that the written rows would break. */
  readonly broken: readonly Broken[];
  /** What stands in the way; empty unless this is a dry run. */
  readonly blockers: readonly string[];
  readonly triggers: { readonly how: "replica" | "disabled"; readonly silenced: readonly string[] };
  readonly sequences: readonly SequenceMove[];
  readonly notes: readonly string[];
  readonly checks: readonly TableCheck[];
  readonly undo: string | null;
  /** Seconds during which others had to wait for the table, or would have had to. */
  readonly locked_seconds: number;
  readonly bytes_streamed: number;
}
