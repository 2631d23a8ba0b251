import { expect, test } from "vitest";
import { type ArchiveContents, type ArchiveFacts, type ArchivingServer, archiveChecks } from "./archive.ts";

const now = new Date("2026-11-22T02:45:00Z");
const day = 86_400;
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
/** A system identifier of a server that is so many days old. */
const madeDaysAgo = (days: number) => String((BigInt(ago(days * day).getTime() / 1000) << 32n) + 4711n);
const segment = (number: number, timeline = 1) =>
  `${timeline.toString(16).padStart(8, "0")}00000000${number.toString(16).padStart(8, "0")}`.toUpperCase();
const segments = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => segment(from + i));

const contents: ArchiveContents = {
  systemId: madeDaysAgo(400),
  reachesBackTo: ago(8 * day),
  firstNeeded: segment(10),
  segments: segments(9, 40),
};
const server: ArchivingServer = {
  systemId: contents.systemId,
  timeline: 1,
  finished: segment(40),
  segmentBytes: 16 * 1024 * 1024,
  mode: "on",
  timeout: 60,
  failing: null,
};
const facts: ArchiveFacts = { now, window: 7 * day, rpo: day, contents, server, waited: 150 };

function judged(more: { contents?: Partial<ArchiveContents>; server?: Partial<ArchivingServer> } & object) {
  const given = { ...facts, contents: { ...contents, ...more.contents }, server: { ...server, ...more.server } };
  return archiveChecks.flatMap(({ id, judge }) => {
    const { status, actual } = judge(given);
    return status === "passed" ? [] : [`${id} ${status}: ${actual}`];
  });
}

test.each<[string, Parameters<typeof judged>[0], string[]]>([
  ["all is well", {}, []],
  [
    "it is another server's",
    { contents: { systemId: madeDaysAgo(399) } },
    [`archive.origin failed: ${madeDaysAgo(399)}`],
  ],
  ["it reaches back two days", { contents: { reachesBackTo: ago(2 * day) } }, ["archive.window failed: 2 d back"]],
  [
    "the server is two days old itself",
    { contents: { systemId: madeDaysAgo(2), reachesBackTo: ago(1.5 * day) }, server: { systemId: madeDaysAgo(2) } },
    [],
  ],
  [
    "there is no backup",
    { contents: { reachesBackTo: null, firstNeeded: null } },
    ["archive.window failed: no backup to begin from", "archive.unbroken not_run: not run"],
  ],
  [
    "segments are missing in the middle",
    { contents: { segments: [...segments(10, 19), ...segments(22, 40)] } },
    ["archive.unbroken failed: 2 missing"],
  ],
  [
    "what is missing was kept by another branch only",
    { contents: { segments: [...segments(10, 19), segment(20, 2), ...segments(21, 40)] } },
    ["archive.unbroken failed: 1 missing"],
  ],
  [
    "the server's own past is an earlier timeline",
    {
      contents: {
        segments: [...segments(10, 30), ...segments(31, 40).map((one) => one.replace("00000001", "00000002"))],
      },
      server: { timeline: 2, finished: segment(40, 2) },
    },
    [],
  ],
  ["segments before the oldest backup are gone", { contents: { segments: segments(10, 40) } }, []],
  [
    "the archive has stood still",
    { contents: { segments: segments(10, 30) }, server: { failing: segment(31) } },
    [
      `archive.end failed: up to ${segment(30)}, 168 MB behind, 2 min 30 s later; the server cannot archive ${segment(31)}`,
    ],
  ],
  ["nothing was finished since the first backup began", { server: { finished: segment(9) } }, []],
  [
    "a segment waits for ever to be full",
    { server: { timeout: 0 } },
    ["archive.timeout failed: archive_mode on, archive_timeout off"],
  ],
  [
    "a segment waits longer than may be lost",
    { server: { timeout: 2 * day } },
    ["archive.timeout failed: archive_mode on, archive_timeout 2 d"],
  ],
  [
    "archiving is off",
    { server: { mode: "off" } },
    ["archive.timeout failed: archive_mode off, archive_timeout 1 min"],
  ],
  [
    "the segments cannot be listed",
    { contents: { segments: { untold: "no right to list" } } },
    ["archive.unbroken not_run: not run", "archive.end not_run: not run"],
  ],
])("%s", (_, more, expected) => {
  expect(judged(more)).toEqual(expected);
});

test("what could not be asked is never good", () => {
  const untold = { untold: "it is away" };
  const without = { ...facts, contents: untold, server: untold };
  expect(archiveChecks.map(({ judge }) => judge(without).status)).toEqual(Array(5).fill("not_run"));
});
