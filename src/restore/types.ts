/** One error of a restore. The message carries no row data: values are blanked out before it gets here. */
export interface RestoreError {
  readonly message: string;
  /** The archive entry that failed, such as `POLICY public children own rows`; empty where it is not known. */
  readonly object: string;
  /** What allows it: a built-in rule's name or the reason of the plan's exception; null = the proof fails. */
  readonly allowed_by: string | null;
}

export interface RestoreResult {
  readonly errors: readonly RestoreError[];
  /** What was in the archive and was left out on purpose. */
  readonly skipped: readonly { readonly what: string; readonly why: string }[];
  /** Seconds of restore.pre-data, restore.data, restore.post-data. */
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
}
