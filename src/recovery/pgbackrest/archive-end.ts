import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { lsnValue, segmentName, timelineOf } from "../../postgres/wal-segments.ts";
import type { Verified } from "../types.ts";
import { pgbackrestErrors } from "./errors.ts";
import type { Relay } from "./relay.ts";
import type { Stop } from "./stop.ts";

/*
 * A server takes a segment that is missing, or that it cannot read, for the end of the log. So the end that it has reached is held
 * against the last segment that the archive was said to have before.
 */

/** Whether the segment with which the log ended is what was archived; null where that is not known. */
export type Whole = (segment: string) => Promise<boolean | null>;

/**
 * Looks at one segment by the sum that stands in its name: a server takes a record that it cannot read for the end, and
 * pgBackRest notices damage only in what it has compressed.
 */
export const wholeBy =
  (relay: Relay, sumOf: (segment: string) => Promise<string | null>): Whole =>
  async (segment) => {
    const sum = await sumOf(segment);
    if (sum === null || !(relay.segments().includes(segment) || (await relay.bring(segment)))) return null;
    const content = await readFile(join(relay.delivered, segment));
    return createHash("sha1").update(content).digest("hex") === sum;
  };

/** Which branch of the history was followed, and the archive's last segment as it was before; null where it had none. */
export interface ArchiveEnd {
  /** `latest`, `current` or a number. */
  readonly timeline: string;
  readonly last: string | null;
  readonly whole: Whole;
}

/** Whether the archive goes on behind a segment; null where its last one is another branch's, which says nothing. */
function goesOn({ timeline, last }: ArchiveEnd, reached: string): boolean | null {
  if (last === null) return null;
  const followed = /^\d+$/.test(timeline) ? Number(timeline) : timeline === "latest" ? timelineOf(last) : null;
  if (followed !== timelineOf(last)) return null;
  return last.slice(8) > reached.slice(8);
}

/**
 * Looks why a recovery ended before its target.
 *
 * @param given the segments that the server was given, in whatever order: it may have read some of them twice
 * @throws pgbackrest.gap
 */
export async function requireNoGap(end: ArchiveEnd, given: readonly string[], target: string): Promise<void> {
  const reached = given.toSorted((a, b) => (a.slice(8) < b.slice(8) ? -1 : 1)).at(-1);
  if (reached === undefined) return;
  if (goesOn(end, reached) !== true && (await end.whole(reached)) !== false) return;
  throw pgbackrestErrors.gap({ target, reached, last: end.last ?? "" });
}

/** The segment whose end a position is; on a border that is the one before. */
function segmentBefore({ timeline, lsn }: Stop, bytes: number): string {
  const border = lsnValue(lsn) % BigInt(bytes) === 0n;
  return segmentName(timeline, lsn, bytes, border ? -1 : 0);
}

/** Shows of a copy that it holds all that the archive had when its recovery began. */
export async function reachesTheEnd(end: ArchiveEnd, stop: Stop, bytes: number): Promise<Verified> {
  const reached = segmentBefore(stop, bytes);
  const damaged = (await end.whole(reached)) === false;
  const more = damaged || goesOn(end, reached);
  return {
    id: "point.end",
    title: "The copy holds all that the archive has",
    status: more === null ? "not_run" : more ? "failed" : "passed",
    expected: `up to segment ${end.last ?? "of the timeline that was followed"}`,
    actual: damaged
      ? `a part of ${reached}, which is damaged`
      : more === true
        ? `up to ${reached}: what follows it is missing or damaged`
        : `up to ${reached}`,
    reason: more === null ? "the archive's last segment is of another timeline than the one that was followed" : "",
  };
}
