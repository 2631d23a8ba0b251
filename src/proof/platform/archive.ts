import { spellAmount, spellBytes, spellCount } from "../../base/spell.ts";
import { numberedSegment, segmentNumber, timelineOf } from "../../postgres/wal-segments.ts";
import { spell } from "../checks/objectives.ts";
import { judge, notRun } from "../outcome.ts";
import type { CheckOutcome, Finding } from "../types.ts";

/* The log that the team's own server archives, by which it goes back to a second. Pure: what the repository and the server say is brought. */

/** Something that was asked, or why it could not be. */
export type Told<T> = T | { readonly untold: string };

/** What the repository has. */
export interface ArchiveContents {
  readonly systemId: string;
  /** When the oldest backup was whole, from which on every second can be reached; null where there is none. */
  readonly reachesBackTo: Date | null;
  /** The first segment that the oldest backup needs. */
  readonly firstNeeded: string | null;
  /** Names of all segments, without what pgBackRest appends to them. */
  readonly segments: Told<readonly string[]>;
}

/** What the server that archives says of itself. */
export interface ArchivingServer {
  readonly systemId: string;
  readonly timeline: number;
  /** The last segment that was finished when the look began. */
  readonly finished: string;
  readonly segmentBytes: number;
  /** `archive_mode`. */
  readonly mode: string;
  /** `archive_timeout` in seconds; 0 is never. */
  readonly timeout: number;
  /** The segment that it cannot archive at present; null where it can. */
  readonly failing: string | null;
}

export interface ArchiveFacts {
  readonly now: Date;
  /** Seconds that the plan promises to go back, and of work that may be lost. */
  readonly window: number;
  readonly rpo: number;
  readonly contents: Told<ArchiveContents>;
  readonly server: Told<ArchivingServer>;
  /** Seconds that the archive was given to come up with what was finished. */
  readonly waited: number;
}

const untold = <T>(told: Told<T>): told is { readonly untold: string } =>
  typeof told === "object" && told !== null && "untold" in told;

/** The newest names are of most use, and a dead archive lacks thousands. */
const shownSegments = 5;

/** A first backup may be so much younger than its server, in seconds. */
const beginnersSlack = 86_400;

/** The seconds since initdb, whose time the upper half of a system identifier is (PostgreSQL's source: `BootStrapXLOG`). */
const ageOf = (systemId: string, now: Date) => now.getTime() / 1000 - Number(BigInt(systemId) >> 32n);

function origin({ contents, server }: ArchiveFacts): CheckOutcome {
  const expected = untold(server) ? "the server's identity" : server.systemId;
  if (untold(contents)) return notRun(expected, contents.untold);
  if (untold(server)) return notRun(expected, server.untold);
  const actual = contents.systemId;
  const finding = { object: "the repository's newest database", attribute: "system identifier", expected, actual };
  return judge({ expected, actual, findings: actual === expected ? [] : [finding] });
}

function reach({ contents, window, now }: ArchiveFacts): CheckOutcome {
  const expected = `at least ${spell(window)} back`;
  if (untold(contents)) return notRun(expected, contents.untold);
  const { reachesBackTo, systemId } = contents;
  const back = reachesBackTo === null ? null : (now.getTime() - reachesBackTo.getTime()) / 1000;
  const actual = back === null ? "no backup to begin from" : `${spell(Math.max(0, back))} back`;
  // Nothing can be older than the server itself.
  const due = Math.min(window, Math.max(0, ageOf(systemId, now) - beginnersSlack));
  const finding = { object: "the oldest backup of the server", attribute: "age", expected, actual };
  return judge({ expected, actual, findings: back !== null && back >= due ? [] : [finding] });
}

/** Segments of the server's own past: a branch that was begun later elsewhere fills no gap. */
function ownSegments(segments: readonly string[], { timeline, segmentBytes }: ArchivingServer): Set<number> {
  return new Set(segments.filter((one) => timelineOf(one) <= timeline).map((one) => segmentNumber(one, segmentBytes)));
}

/** The first numbers from one to another that a set lacks, and how many there are. */
function missingBetween(from: number, to: number, there: ReadonlySet<number>): { first: number[]; count: number } {
  const first: number[] = [];
  let count = 0;
  for (let number = from; number <= to; number += 1) {
    if (there.has(number)) continue;
    count += 1;
    if (first.length < shownSegments) first.push(number);
  }
  return { first, count };
}

function unbroken({ contents, server }: ArchiveFacts): CheckOutcome {
  const expected = "every segment since the oldest backup";
  if (untold(contents)) return notRun(expected, contents.untold);
  if (untold(server)) return notRun(expected, server.untold);
  const { segments, firstNeeded } = contents;
  if (untold(segments)) return notRun(expected, segments.untold);
  if (firstNeeded === null) return notRun(expected, "there is no backup to begin from");
  const { segmentBytes, timeline } = server;
  const there = ownSegments(segments, server);
  const from = segmentNumber(firstNeeded, segmentBytes);
  const last = segments.length === 0 ? from : [...there].reduce((a, b) => Math.max(a, b), from);
  const { first, count } = missingBetween(from, last, there);
  const findings = first.map(
    (number): Finding => ({
      object: numberedSegment(timeline, number, segmentBytes),
      attribute: "segment",
      expected: "in the archive",
      actual: "missing, in this timeline and those before",
    }),
  );
  const actual = count === 0 ? `${spellAmount(last - from + 1, "segment")}` : `${spellCount(count)} missing`;
  return judge({ expected, actual, findings });
}

function keepsUp({ contents, server, waited }: ArchiveFacts): CheckOutcome {
  const expected = untold(server) ? "every finished segment" : `up to ${server.finished}`;
  if (untold(contents)) return notRun(expected, contents.untold);
  if (untold(server)) return notRun(expected, server.untold);
  if (untold(contents.segments)) return notRun(expected, contents.segments.untold);
  const { segmentBytes, timeline, finished, failing } = server;
  const due = segmentNumber(finished, segmentBytes);
  const has = [...ownSegments(contents.segments, server)].reduce((a, b) => Math.max(a, b), -1);
  // What came before the first backup is nobody's loss.
  const needed = contents.firstNeeded === null ? 0 : segmentNumber(contents.firstNeeded, segmentBytes);
  if (has >= due || due < needed) return judge({ expected, actual: "all of it", findings: [] });
  const reached = has < 0 ? "nothing" : `up to ${numberedSegment(timeline, has, segmentBytes)}`;
  const behind = has < 0 ? "" : `, ${spellBytes((due - has) * segmentBytes)} behind`;
  const why = failing === null ? "" : `; the server cannot archive ${failing}`;
  const actual = `${reached}${behind}, ${spell(waited)} later${why}`;
  return judge({ expected, actual, findings: [{ object: "the archive", attribute: "end", expected, actual }] });
}

function inTime({ server, rpo }: ArchiveFacts): CheckOutcome {
  const expected = `archive_mode on, archive_timeout from 1 s to ${spell(rpo)}`;
  if (untold(server)) return notRun(expected, server.untold);
  const { mode, timeout } = server;
  const actual = `archive_mode ${mode}, archive_timeout ${timeout === 0 ? "off" : spell(timeout)}`;
  const kept = mode !== "off" && timeout > 0 && timeout <= rpo;
  return judge({
    expected,
    actual,
    findings: kept ? [] : [{ object: "the server", attribute: "settings", expected, actual }],
  });
}

/** Every check of an archive, in the order in which people read them. */
export const archiveChecks: readonly {
  readonly id: string;
  readonly title: string;
  readonly judge: (facts: ArchiveFacts) => CheckOutcome;
}[] = [
  { id: "archive.origin", title: "The archive is this server's", judge: origin },
  { id: "archive.window", title: "The archive goes back as far as promised", judge: reach },
  { id: "archive.unbroken", title: "No segment of the archive is missing", judge: unbroken },
  { id: "archive.end", title: "The archive keeps up with the server", judge: keepsUp },
  { id: "archive.timeout", title: "What is written is archived in time, also where little is", judge: inTime },
];
