import { z } from "zod";
import { check, count, files, instant, type Kept, nothingOr, run, seconds, verdict } from "./parts.ts";

/** What `watch` found half an hour after the backup was due: did it arrive? */
export const watchReportSchema = z.object({
  kind: z.literal("watch"),
  verdict,
  database: z.string(),
  run,
  /** When the backup that was looked for was due. */
  due: instant,
  checks: z.array(check),
  /** The backup that arrived; null where none did. */
  backup: nothingOr(
    z.object({
      id: z.string(),
      taken_at: instant,
      size_bytes: count,
      digest: z.string(),
      /** From the start of its run to the end; null where nobody recorded them. */
      seconds: nothingOr(seconds),
    }),
  ),
  report: files,
});
export type WatchReport = Kept<typeof watchReportSchema>;
