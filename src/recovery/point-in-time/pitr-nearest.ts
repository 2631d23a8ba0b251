import type { Temporal } from "temporal-polyfill";
import type { Census } from "../../census/types.ts";
import {
  compareWithNearest,
  type Meanwhile,
  type NearestComparison,
  readMeanwhile,
  untouched,
} from "./nearest-census.ts";
import type { PlatformRecovery } from "./platform-recovery.ts";

/** What the restored database will be held against, for the preview. */
export async function comparedWith({ nearest, target }: PlatformRecovery, at: Temporal.Instant): Promise<string[]> {
  const found = await nearest(at);
  if (typeof found === "string") return [`No census of before: ${found}. Only its own rules are asked.`];
  const { tables, of } = untouched(found, await readMeanwhile(target, found));
  return [
    `${found.id}, the newest backup before the point.`,
    `${tables} of ${of} tables were not written since and must be equal to it; the others within what was written.`,
  ];
}

/** Holds the restored database against it, where it was known before the restore. */
export async function withNearest(
  { nearest }: PlatformRecovery,
  at: Temporal.Instant,
  meanwhile: Meanwhile | undefined,
  census: Census,
): Promise<NearestComparison> {
  const found = await nearest(at);
  const why = typeof found === "string" ? found : "it was not looked at before the restore";
  if (typeof found === "string" || meanwhile?.backup !== found.id) {
    return { checks: [], not_covered: [{ what: "a comparison with the newest backup before the point", why }] };
  }
  return compareWithNearest(found, meanwhile, census);
}
