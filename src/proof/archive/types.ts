import type { ArchivedTable, ForeignRestore } from "../../restore/foreign/types.ts";

/** A table's rows on both sides, counted and hashed in the same text form. */
export interface ComparedTable {
  /** As SQL names it. */
  readonly name: string;
  readonly archived: ArchivedTable;
  readonly expected: { readonly rows: number; readonly sum: string };
  /** Null where the copy has no such table. */
  readonly actual: { readonly rows: number; readonly sum: string } | null;
}

/** Everything that the checks of an archive look at, besides what every proof has. */
export interface ArchiveEvidence {
  readonly restored: ForeignRestore;
  /** Tables whose rows the archive promises in its table of contents; null where it has none. */
  readonly promised: number | null;
  /** `sha256:...`, and what was read, for people. */
  readonly digest: string;
  readonly files: number;
  readonly tables: readonly ComparedTable[];
  /** Tables of the copy that the archive has no rows for, and how many rows they have on the copy. */
  readonly withoutRows: readonly { readonly name: string; readonly rows: number }[];
  readonly definitions: DefinitionsCompared;
  readonly sequences: readonly { readonly name: string; readonly expected: string; readonly actual: string }[];
  /** SHA-256 of each large object of the copy. */
  readonly largeObjects: ReadonlyMap<string, string>;
}

/** The archive's definitions against a second dump of the copy's. */
export interface DefinitionsCompared {
  readonly total: number;
  /** In the archive, and not on the copy. */
  readonly missing: readonly string[];
  /** On the copy, and not in the archive. */
  readonly surplus: readonly string[];
  /** On both sides under the same name, with another text. */
  readonly different: readonly string[];
  /** Of the same meaning: PostgreSQL writes casts and parentheses anew on a reload. */
  readonly rewritten: number;
  /** Why texts were not compared, only whether everything is there; null where they were. */
  readonly onlyPresence: string | null;
}
