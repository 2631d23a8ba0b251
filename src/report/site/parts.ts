import type { Plan } from "../../plan/schema.ts";
import type { ChainHead, EvidenceFile } from "../chain/types.ts";
import type { AnyReport } from "../model.ts";
import type { Recorded } from "./evidence.ts";

/** One operation of the audit log, as the site shows it. */
export interface OperationRow {
  readonly database: string;
  readonly operation_type: string;
  readonly performed_by: string;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly status: string;
}

/** What all pages are made from. */
export interface SiteParts {
  readonly plan: Plan;
  /** Everything in the reports' folder that may be shown, by its path. */
  readonly files: ReadonlyMap<string, EvidenceFile>;
  readonly reports: readonly AnyReport[];
  readonly recorded: ReadonlyMap<string, Recorded>;
  readonly heads: readonly ChainHead[];
  /** The charts, drawn, by their path. */
  readonly charts: ReadonlyMap<string, EvidenceFile>;
  /** Newest first. */
  readonly operations: readonly OperationRow[];
}

/** A report's file without its ending, relative to the reports' folder: `2026/11/22-weekly-8812-1`; null where it has none. */
export function stemOf(path: string): string | null {
  return /(\d{4}\/\d{2}\/[\w.-]+)\.(?:md|json)$/.exec(path)?.[1] ?? null;
}

/** The page of a report, relative to the site's root. */
export function reportPage(stem: string): string {
  return `reports/${stem}.html`;
}
