import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratchDirectory } from "../../base/scratch.ts";
import { type ArchiveEnd, reachesTheEnd, requireNoGap, wholeBy } from "./archive-end.ts";
import type { Relay } from "./relay.ts";

const segment = (n: number) => `00000001000000000000000${n}`;
const end: ArchiveEnd = { timeline: "1", last: segment(3), whole: () => Promise.resolve(true) };
const damaged: ArchiveEnd = { ...end, whole: () => Promise.resolve(false) };

test.each([
  ["all that there is", [1, 2, 3], end, false],
  ["all that there is, of which the first was read again", [2, 3, 1], end, false],
  ["less than there is", [1, 2], end, true],
  ["all that there is, of which the last is damaged", [1, 2, 3], damaged, true],
])("a server that was given %s: %j", async (_, given, archive, gap) => {
  const look = requireNoGap(archive, given.map(segment), "then");
  if (gap) await expect(look).rejects.toMatchObject({ id: "pgbackrest.gap" });
  else await look;
});

test.each<[string, string, ArchiveEnd, string, string]>([
  ["the end", "0/4000000", end, "passed", `up to ${segment(3)}`],
  ["before the end", "0/3000000", end, "failed", `up to ${segment(2)}: what follows it is missing or damaged`],
  ["a part of the last segment", "0/3800000", damaged, "failed", `a part of ${segment(3)}, which is damaged`],
])("a copy that goes to %s", async (_, lsn, archive, status, actual) => {
  const stop = { lsn, timeline: 1, reason: "" };
  expect(await reachesTheEnd(archive, stop, 16 * 1024 * 1024)).toMatchObject({ status, actual });
});

test("a segment is held against the sum that stands in its name", async () => {
  await using scratch = await scratchDirectory("sums");
  const bring = async (name: string) => {
    if (name === segment(9)) return false;
    await writeFile(join(scratch.path, name), name);
    return true;
  };
  const relay = { delivered: scratch.path, segments: () => [], bring } as unknown as Relay;
  const sums: Record<string, string> = {
    [segment(1)]: createHash("sha1").update(segment(1)).digest("hex"),
    [segment(2)]: createHash("sha1").update("what it was").digest("hex"),
    [segment(9)]: "0",
  };
  const whole = wholeBy(relay, async (name) => sums[name] ?? null);
  expect(await Promise.all([1, 2, 3, 9].map((n) => whole(segment(n))))).toEqual([true, false, null, null]);
});
