import type { Temporal } from "temporal-polyfill";
import { sleep } from "../../base/sleep.ts";
import type { Census } from "../../census/types.ts";
import { readWrites } from "../../census/writes.ts";
import { connect } from "../../postgres/connect.ts";
import {
  compareWithNearest,
  type Meanwhile,
  type NearestComparison,
  readMeanwhile,
  untouched,
} from "./nearest-census.ts";
import type { PlatformRecovery } from "./platform-recovery.ts";
import { withWritesSince } from "./written-since.ts";

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

/** Milliseconds: a session that is idle tells its writes up to ten seconds late. */
const untold = 11_000;

/**
 * Holds the restored database against it, where it was known before the restore.
 *
 * @param census of the restored database, which others write again by now
 */
export async function withNearest(
  { nearest, target }: PlatformRecovery,
  at: Temporal.Instant,
  meanwhile: Meanwhile | undefined,
  census: Census,
  signal: AbortSignal,
): Promise<NearestComparison> {
  const found = await nearest(at);
  const why = typeof found === "string" ? found : "it was not looked at before the restore";
  if (typeof found === "string" || meanwhile?.backup !== found.id) {
    return { checks: [], not_covered: [{ what: "a comparison with the newest backup before the point", why }] };
  }
  await using session = await connect(target, { readOnly: true, applicationName: "ithaca recovery" });
  const compare = async () => {
    const writes = withWritesSince(meanwhile.writes, await readWrites(session));
    return compareWithNearest(found, { ...meanwhile, writes }, census);
  };
  const first = await compare();
  if (first.checks.every(({ status }) => status === "passed")) return first;
  await sleep(untold, signal);
  return await compare();
}
