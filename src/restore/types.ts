/** One error of a restore. The message carries no row data: values are blanked out before it gets here. */
export interface RestoreError {
  readonly message: string;
  /** The archive entry that failed, such as `POLICY public children own rows`; empty where it is not known. */
  readonly object: string;
  /** What allows it: a built-in rule's name or the reason of the plan's exception; null = the proof fails. */
  readonly allowed_by: string | null;
}

/** Something that was in the backup and is not on the copy, on purpose. */
export interface Skipped {
  /** For people, such as `extension pg_cron`. */
  readonly what: string;
  readonly why: string;
  /** For a comparison of inventories: what kind of object is missing or differs, and its name as SQL has it. */
  readonly kind:
    | "extension"
    | "subscription"
    | "tablespace"
    | "role"
    | "setting"
    | "membership"
    | "label"
    | "parameter";
  readonly object: string;
}

export interface RestoreResult {
  readonly errors: readonly RestoreError[];
  /** What was in the archive and was left out on purpose. */
  readonly skipped: readonly Skipped[];
  /** Seconds of restore.pre-data, restore.data, restore.post-data. */
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
}
