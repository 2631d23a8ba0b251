import type { WriteCounters } from "./writes.ts";

/*
 * A census is what a backup is compared with: counts, hashes and definitions of one database as of one snapshot.
 * It holds no row, but it does hold definitions (function bodies), so it stays inside the vault.
 *
 * Objects are named as SQL would: `public.profiles`, `"Weird ""schema".t`, `public.f(uuid, text)`.
 */

/** Rises with every change of what a hash or a definition is made of: only censuses of the same format can be compared. */
export const censusFormat = 3;

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
  /** In a light census: how many rows were hashed all the same, one in so many by their keys, and their hash. */
  readonly sample?: { readonly one_in: number; readonly rows: number; readonly hash: string };
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

/** What a role or a user in its place gets to see of a table or view that does not show every row to everybody. */
export type Sight =
  | {
      readonly kind: "rows";
      /** Never more than the limit: that many stands for so many or more. */
      readonly rows: number;
      /** Order-free hash of the keys of all that is visible, or of the rows; null where it was not, or cannot be, taken. */
      readonly hash: string | null;
      /** Of how many chosen rows they are; absent where all were asked about. */
      readonly of?: number;
      /** The clock by which it was read, where a policy asks for the time: then the copy is read by the same. */
      readonly at?: string;
      /** Their columns were read too, although there is no hash: they were more than the limit. */
      readonly asked?: "rows";
    }
  /** May be read; what is visible was not counted, because it rightly changes: see `unsteady`. */
  | { readonly kind: "granted" }
  /** PostgreSQL, a policy or a function refused with this SQLSTATE. */
  | {
      readonly kind: "refused";
      readonly code: string;
      /** Whether columns were read or rows only counted: a function in a column refuses the one and not the other. */
      readonly asked?: "rows" | "count";
    }
  /** There was no time left for it. */
  | { readonly kind: "unread" };

/** Some rows of a table by its key, or of a view by one of its columns. They stay in the vault. */
export interface ChosenRows {
  /** Quoted, with their types beside them. */
  readonly columns: readonly string[];
  readonly types: readonly string[];
  /** Values as text, in the order of the columns. */
  readonly rows: readonly (readonly string[])[];
}

/** What a database role may do, whoever is behind it. */
export interface RoleRights {
  readonly role: string;
  /** By object, such as `select, update (avatar_url, full_name)`; an object to which it has no right is not there. */
  readonly rights: { readonly [object: string]: string };
  /** Tables whose every row it sees, because no row level security holds it back. */
  readonly unfiltered: readonly string[];
}

/** Someone in whose place the database was read: a role, or one of the application's users in a role. */
export interface Perspective {
  readonly role: string;
  /** The user's key; null for the role by itself. Stays in the vault. */
  readonly user: string | null;
  /** The roles that the application gives this user. */
  readonly app_roles: readonly string[];
  readonly sights: { readonly [object: string]: Sight };
  readonly seconds: number;
}

/** What each role may see, and which of it can be compared. */
export interface RoleViews {
  /** Rows that were counted at most. */
  readonly limit: number;
  readonly roles: readonly RoleRights[];
  readonly perspectives: readonly Perspective[];
  /** By large table or view, rows of it: a sight that has `of` is of the first so many. */
  readonly chosen?: { readonly [object: string]: ChosenRows };
  /** Where users come from, for those who read the copy in their place and those who write about it. */
  readonly users: {
    readonly table: string;
    readonly key: string;
    /** Types of the key and of the application's roles; `enum` stands for any enum. */
    readonly key_type: string;
    readonly app_role_type: string | null;
  } | null;
  /** Objects whose visible rows cannot be compared, and why; `ask` where it can still be compared who may read at all. */
  readonly unsteady: { readonly [object: string]: { readonly why: string; readonly ask: boolean } };
  /** What the plan asks for and could not be asked, as sentences: it is not proved. */
  readonly unproven: readonly string[];
}

export interface Census {
  readonly format: typeof censusFormat;
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
  /** Absent in backups of versions that did not ask. */
  readonly role_views?: RoleViews;
  /** How many rows were ever written, read before the snapshot; absent in backups of versions that did not read it. */
  readonly writes?: WriteCounters;
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
