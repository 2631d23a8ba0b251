/*
 * The evidence chain: a list of link files per database, each with the digests of the files that came with one commit and
 * the digest of the link before it. Whoever knows the newest digest can tell whether anything before it was changed.
 */

/** A file of the reports' folder. */
export interface EvidenceFile {
  /** Relative to the reports' folder, with `/`: `2026/11/22-weekly-8812-1.json`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A link as it stands in the folder. */
export interface LinkFile {
  /** `chain/inner-odyssey/000012.json`, relative to the reports' folder. */
  readonly path: string;
  readonly text: string;
}

/** A file as a link names it. */
export interface FileDigest {
  readonly path: string;
  /** SHA-256 of its bytes, hex: what `sha256sum` prints. */
  readonly sha256: string;
}

/** What a link file says. */
export interface ChainLink {
  readonly format: 1;
  /** The chain's name: a database of the plan, or `_` for files that belong to none. */
  readonly database: string;
  /** Counts from 1. */
  readonly sequence: number;
  /** SHA-256 of the link file before this one; null in the first. */
  readonly previous: string | null;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** In the order of their paths. */
  readonly files: readonly FileDigest[];
}

/** The newest link of a chain: what is to be remembered outside the folder. */
export interface ChainHead {
  readonly database: string;
  readonly sequence: number;
  /** SHA-256 of the link file. */
  readonly digest: string;
}
