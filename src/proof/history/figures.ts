/** What is known of a backup without opening it: names and counts, no row. */
export interface BackupFigures {
  readonly id: string;
  /** The snapshot's time, ISO 8601 UTC. */
  readonly taken_at: string;
  /** Of the dump. */
  readonly size_bytes: number;
  readonly rows: number;
  /** By table, as the census names it; null where a record of an older version does not say. */
  readonly table_rows: Readonly<Record<string, number>> | null;
}
