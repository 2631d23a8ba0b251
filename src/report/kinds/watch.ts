import { z } from "zod";
import type { CheckResult } from "../../proof/types.ts";
import {
  check,
  count,
  files,
  nothingOr,
  type ReportFiles,
  type Run,
  run,
  seconds,
  type Verdict,
  verdict,
} from "./parts.ts";

/** What `watch` found half an hour after the backup was due: did it arrive? */
export interface WatchReport {
  readonly kind: "watch";
  readonly verdict: Verdict;
  readonly database: string;
  readonly run: Run;
  /** When the backup that was looked for was due. */
  readonly due: string;
  readonly checks: readonly CheckResult[];
  /** The backup that arrived; null where none did. `seconds` from the start of its run to the end, null where nobody recorded them. */
  readonly backup: {
    readonly id: string;
    readonly taken_at: string;
    readonly size_bytes: number;
    readonly digest: string;
    readonly seconds: number | null;
  } | null;
  readonly report: ReportFiles;
}

/** The record of a watch. */
export const watchReportSchema = z.object({
  kind: z.literal("watch"),
  verdict,
  database: z.string(),
  run,
  due: z.iso.datetime(),
  checks: z.array(check),
  backup: nothingOr(
    z.object({
      id: z.string(),
      taken_at: z.iso.datetime(),
      size_bytes: count,
      digest: z.string(),
      seconds: nothingOr(seconds),
    }),
  ),
  report: files,
}) satisfies z.ZodType<WatchReport>;
