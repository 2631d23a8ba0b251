import { recordedDigest } from "../report/history.ts";
import type { UseCaseContext } from "./context.ts";
import { reportsDirectory, type Subject } from "./subject.ts";

/** Looks up the digest of a backup as the reports have recorded it, outside the vault; null where none has. */
export function recordedDigestOf(context: UseCaseContext, { plan }: Subject): (id: string) => Promise<string | null> {
  const reports = reportsDirectory(context, plan);
  return (id) => recordedDigest(reports, id);
}
