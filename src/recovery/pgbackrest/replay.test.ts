import { expect, test } from "vitest";
import type { ClusterSite } from "../../postgres/cluster-site.ts";
import { postgresErrors } from "../../postgres/errors.ts";
import type { ControlData } from "./control-data.ts";
import type { PhysicalPoint } from "./recovery-settings.ts";
import type { Relay } from "./relay.ts";
import { replay } from "./replay.ts";

const control: ControlData = { nextXid: 700, timeline: 1, segmentBytes: 16_777_216, atLeast: {} };
const lsn: PhysicalPoint = { kind: "lsn", lsn: "0/4041234" };
const savepoint: PhysicalPoint = { kind: "transaction", xid: "743" };

test.each<[string, string, string, PhysicalPoint?]>([
  ["recovery ended before configured recovery target was reached", "archive_ends", "surroundings", lsn],
  ["recovery ended before configured recovery target was reached", "no_transaction", "surroundings", savepoint],
  ["could not write to file: No space left on device", "disk_full", "surroundings"],
  ["recovery target timeline 99 does not exist", "no_timeline", "input"],
  ["could not locate required checkpoint record", "recovery_failed", "failed"],
])("a server that ends with %j: %s", async (why, id, kind, point = { kind: "latest" }) => {
  const replayed = replayOn(15, point, () => Promise.reject(postgresErrors.cluster_start({ why })));
  await expect(replayed).rejects.toMatchObject({ id: `pgbackrest.${id}`, kind });
});

test.each([
  [16, undefined],
  [17, "off"],
])("a copy of %i runs with event_triggers %s: an older server would not start with it", async (major, expected) => {
  const given: Record<string, string>[] = [];
  await replayOn(major, { kind: "latest" }, (_postgres, settings) => Promise.resolve(given.push(settings)));
  expect(given.map((settings) => settings.event_triggers)).toEqual([expected]);
});

function replayOn(
  major: number,
  point: PhysicalPoint,
  start: (postgres: string, settings: Record<string, string>) => Promise<number>,
) {
  return replay(
    {
      site: { home: "/tmp", start } as unknown as ClusterSite,
      relay: { command: "true", segments: () => [], failure: () => undefined } as unknown as Relay,
      postgres: "postgres",
      major,
      point,
      timeline: "99",
      end: { timeline: "99", last: null, whole: () => Promise.resolve(null) },
      lag: { tries: 1, pauseSeconds: 0 },
      signal: new AbortController().signal,
      note: () => {},
    },
    control,
  );
}
