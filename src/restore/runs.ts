import type { ArchiveEntry } from "./archive.ts";

/*
 * pg_restore with jobs truncates each table that it has just made in the transaction that fills it, so that a server with
 * `wal_level = minimal` writes no WAL for its rows: 112 MB become 30 MB for a dump of 104 MB. A small table gives
 * less WAL than its second file costs time, and to hand an entry over to a job takes longer than to load it.
 */

/** How the entries of an archive are shared out over runs of pg_restore. */
export interface Runs {
  /** Definitions, and the rows of large tables with them; in jobs. */
  readonly together: readonly ArchiveEntry[];
  /** Rows of small tables, one after the other. */
  readonly small: readonly ArchiveEntry[];
  /** Whether what follows the rows is too small to be shared out. */
  readonly serialPostData: boolean;
}

/** Bytes of a file of rows. */
const smallTable = 64 * 1024;
/** Fewer are not worth a run of their own. */
const manyTables = 100;
/** Bytes of rows per entry below which jobs cost more than they save. */
const smallWork = 16 * 1024;

/** Plans the runs, by the sizes of the rows' files. */
export function planRuns(entries: readonly ArchiveEntry[], bytes: ReadonlyMap<number, number>): Runs {
  const isSmall = ({ dumpId }: ArchiveEntry) => {
    // 0 stands for a file that is packed, or missing: nobody knows.
    const size = bytes.get(dumpId) ?? 0;
    return size > 0 && size < smallTable;
  };
  const small = entries.filter(isSmall);
  if (small.length < manyTables) return { together: entries, small: [], serialPostData: false };
  const total = [...bytes.values()].reduce((sum, size) => sum + size, 0);
  return {
    together: entries.filter((entry) => !isSmall(entry)),
    small,
    serialPostData: total / entries.length < smallWork,
  };
}
