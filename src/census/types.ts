/*
 * A census is what a backup is compared with: counts, hashes and definitions of one database as of one snapshot.
 * It holds no row, but it does hold definitions (function bodies), so it stays inside the vault.
 *
 * Objects are named as SQL would: `public.profiles`, `"Weird ""schema".t`, `public.f(uuid, text)`.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One object of the catalog with everything that makes it what it is. */
export interface InventoryObject {
  /** `table`, `column`, `policy`, ...: one per file in sql/inventory/. */
  readonly kind: string;
  /** Unique within its kind. */
  readonly name: string;
  readonly attributes: { readonly [attribute: string]: Json };
}

/** Exact number of rows and an order-free hash of all of them. */
export interface TableCensus {
  readonly rows: number;
  /**
   * Two exact sums of 64-bit row hashes with different seeds, as `sum0:sum1`; null where the rows were only counted,
   * and then `unhashed` says why.
   */
  readonly hash: string | null;
  readonly unhashed?: { readonly why: string; readonly excused: boolean };
  /** Materialized views are refreshed by a restore, so they are compared by other rules. */
  readonly kind: "table" | "partitioned" | "matview" | "extension-table";
  readonly seconds: number;
}

export interface SequenceState {
  readonly last_value: string;
  readonly is_called: boolean;
}

/** Sequences ignore snapshots: the dump's value lies between these two readings. */
export interface SequenceCensus {
  readonly before: SequenceState;
  readonly after: SequenceState;
  readonly increment: string;
  readonly cycles: boolean;
}

/** A random row of the plan's smoke table: its key (in the vault only) and the hash of the whole row. */
export interface RowSample {
  readonly table: string;
  readonly key: string;
  readonly hash: string;
}

/** The newest value of a freshness probe's column, ISO 8601 UTC; null where the table is empty or absent. */
export interface FreshnessReading {
  readonly table: string;
  readonly column: string;
  readonly newest: string | null;
}

export interface Census {
  readonly format: 1;
  /** The snapshot's time on the source, ISO 8601 UTC. */
  readonly taken_at: string;
  readonly server_version_num: number;
  /** Pseudo-random seed that chose the samples. */
  readonly tables: { readonly [name: string]: TableCensus };
  readonly sequences: { readonly [name: string]: SequenceCensus };
  /** null where there are none to read or the role may not read them. */
  readonly large_objects: { readonly count: number; readonly hash: string } | null;
  readonly inventory: readonly InventoryObject[];
  readonly samples: readonly RowSample[];
  readonly freshness: readonly FreshnessReading[];
  /** What this census does not cover, and why. */
  readonly not_covered: readonly { readonly what: string; readonly why: string }[];
}

/** One attribute that differs between two inventories. */
export interface Difference {
  readonly kind: string;
  readonly object: string;
  /** `*` where the whole object is missing or surplus. */
  readonly attribute: string;
  readonly change: "missing" | "extra" | "changed";
  /** Only digests of these may be published. */
  readonly expected: Json;
  readonly actual: Json;
  /** How many objects went with a missing or surplus one, such as the columns of a table; they are not told one by one. */
  readonly folded?: number;
}

/** What of a database is in a backup. The census and pg_dump must both follow it, to the letter. */
export interface Scope {
  readonly excludedSchemas: readonly string[];
  /** Qualified names; neither definition nor rows. */
  readonly excludedTables: readonly string[];
  /** Qualified names; the definition is kept, the rows are not. */
  readonly excludedRows: readonly string[];
  readonly excludedExtensions: readonly string[];
  /** Everything left out, with its reason: goes into backup.json. */
  readonly leftOut: readonly { readonly what: string; readonly why: string }[];
}
