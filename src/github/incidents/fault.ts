import { createHash } from "node:crypto";
import type { FaultKey } from "./marker.ts";

/** Sections of the runbook that a fault leads to; `docs/runbook.md` has one of each. */
export type RunbookSection =
  | "backup-failed"
  | "backup-missing"
  | "proof-failed"
  | "proof-inconclusive"
  | "rehearsal-failed"
  | "check-failed"
  | "drill-failed"
  | "recovery-failed"
  | "run-missed";

/** What a run says, good or bad: where it stands, for people and as evidence. */
export interface Source {
  /** The same for the same run and report, whoever reads it. */
  readonly id: string;
  /** When the run began. */
  readonly at: Date;
  /** When the backup was taken that it is about; null where it is about none. */
  readonly backupAt: Date | null;
  /** The page of the run; null where it was on no runner. */
  readonly runUrl: string | null;
  /** The report's markdown, from the root of the repository; null where there is none. */
  readonly reportPath: string | null;
}

/** Something that is not as it must be. */
export interface Fault {
  readonly key: FaultKey;
  /** `failed`: it is at fault; `inconclusive`: nobody can tell. */
  readonly verdict: "failed" | "inconclusive";
  /** A short sentence without a full stop, after the database's name: `the proof failed`. */
  readonly title: string;
  readonly section: RunbookSection;
  /** Markdown, one or two paragraphs. */
  readonly lead: string;
  /** Markdown lines of a numbered list. */
  readonly steps: readonly string[];
  /** Further sections, the most telling first: what does not fit into an issue is left to the report. */
  readonly details: readonly { readonly title: string; readonly text: string }[];
  /** What is wrong, in a form that is equal when the same is wrong again. */
  readonly signature: string;
  readonly source: Source;
}

/** A run that shows that some faults are gone. */
export interface AllClear {
  readonly database: string;
  /** Of which kinds. */
  readonly families: readonly string[];
  /** Markdown, one or two paragraphs. */
  readonly lead: string;
  readonly source: Source;
}

/** What is wrong, as a short digest. */
export function signatureOf(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
}
