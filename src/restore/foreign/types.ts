import type { RestoreError } from "../types.ts";

/** A stream of plain SQL: a file, or what pg_restore makes of an archive. It can be read more than once. */
export interface SqlSource {
  /** As the person named it, for messages. */
  readonly path: string;
  /** Its bytes from the beginning, unpacked.
   *
   * @throws archive.cut, archive.damaged
   */
  bytes(): AsyncIterable<Buffer>;
}

/** The rows of one table, as the archive holds them. */
export interface ArchivedTable {
  readonly schema: string;
  readonly name: string;
  /** As the archive lists them; null where it lists none. */
  readonly columns: readonly string[] | null;
  readonly form: "copy" | "insert";
  /** How many statements its rows came in: partitions may be loaded through their root, one after the other. */
  readonly blocks: number;
  readonly rows: number;
  /** Only of COPY rows: the hash of their lines. */
  readonly sum: string | null;
  /** Why its rows were left out on purpose; null where they were loaded. */
  readonly left: string | null;
}

export interface ArchivedSequence {
  /** As SQL names it. */
  readonly name: string;
  readonly lastValue: string;
  readonly isCalled: boolean;
}

/** A definition that the archive holds. */
export interface ArchivedDefinition {
  readonly sql: string;
  /** Why it was left out or changed on purpose; null where it was carried out as it is. */
  readonly left: string | null;
}

/** What an archive was found to hold while it was loaded. */
export interface ArchiveContent {
  readonly tables: readonly ArchivedTable[];
  readonly sequences: readonly ArchivedSequence[];
  /** SHA-256 of each large object, by its id. */
  readonly largeObjects: ReadonlyMap<string, string>;
  readonly definitions: readonly ArchivedDefinition[];
  /** Statements that change rows in a way that cannot be told from their text. */
  readonly changes: readonly string[];
  /** `15.18`, where a comment says so. */
  readonly serverVersion: string | null;
  readonly quotesAll: boolean;
}

export interface ForeignRestore {
  readonly content: ArchiveContent;
  readonly errors: readonly RestoreError[];
  readonly notCovered: readonly { readonly what: string; readonly why: string }[];
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
  /** Schemas and publications that were made in place of the platform's own. */
  readonly standIns: { readonly schemas: readonly string[]; readonly publications: readonly string[] };
}
