import { dayLength } from "../base/calendar.ts";
import { median } from "../base/median.ts";
import { spellAmount, spellBytes, spellSeconds } from "../base/spell.ts";
import { plainLine } from "./failures.ts";
import { utcDay } from "./select.ts";
import type { VaultCheck, VaultFinding, VaultListing } from "./types.ts";

/*
 * What must be true of a list of backups. Pure: each takes the list and gives what it came to.
 */

type Outcome = Omit<VaultCheck, "id" | "title" | "seconds">;

/** What a check came to: failed if there are findings. */
export function outcome(
  expected: string,
  actual: string,
  findings: readonly VaultFinding[] = [],
  reason = "",
): Outcome {
  return { status: findings.length > 0 ? "failed" : "passed", expected, actual, findings, reason };
}

/** Seconds by which the clocks of a source and of this machine may differ: what is of more than that in the future has no age. */
export const clockTolerance = 300;

/** The newest backup is young enough, and not of the future. */
export function checkNewest(listing: VaultListing, options: { maxAge: number; now: Date; database: string }): Outcome {
  const expected = `a backup not older than ${spellSeconds(options.maxAge)}`;
  const newest = listing.entries[0];
  const finding = (actual: string, object: string) => [{ object, attribute: "age", expected, actual }];
  if (newest === undefined) return outcome(expected, "no backup", finding("no backup", options.database));
  const age = (options.now.getTime() - Date.parse(newest.taken_at)) / 1000;
  if (age < -clockTolerance) {
    const actual = `taken ${spellSeconds(-age)} in the future`;
    return outcome(expected, actual, finding(actual, newest.id));
  }
  const actual = `${spellSeconds(Math.max(age, 0))} old`;
  return outcome(expected, actual, age > options.maxAge ? finding(actual, newest.id) : []);
}

/** Every snapshot that is ours can be read. */
export function checkReadable(listing: VaultListing): Outcome {
  const findings = listing.unreadable.map((snapshot) => ({
    object: `snapshot ${snapshot}`,
    attribute: "readable",
    expected: "readable, with our tags",
    actual: "damaged, or its tags and time make no sense",
  }));
  return outcome("every snapshot can be read", `${findings.length} cannot`, findings);
}

/**
 * None of the last `days` days (UTC) is without a backup. The newest demanded day is today where today's backup is
 * there, else yesterday: before the nightly run, today is not late. Days before the first backup are not missing, nor are
 * those on which none is due.
 */
export function checkDays(
  listing: VaultListing,
  options: { days: number; now: Date; firstEver?: Date; isDue?: (day: Date) => boolean },
): Outcome {
  const present = new Set(listing.entries.map((entry) => utcDay(entry.taken_at)));
  const expected = `a backup for each of the last ${options.days} days`;
  const oldest = listing.entries.at(-1)?.taken_at;
  if (oldest === undefined) {
    return outcome(expected, "no backup", [{ object: "vault", attribute: "days", expected, actual: "no backup" }]);
  }
  const first = utcDay(
    new Date(Math.min(Date.parse(oldest), options.firstEver?.getTime() ?? Number.POSITIVE_INFINITY)),
  );
  const last = options.now.getTime() - (present.has(utcDay(options.now)) ? 0 : dayLength);
  const demanded = Array.from({ length: options.days }, (_, back) => new Date(last - back * dayLength))
    .filter((day) => options.isDue?.(day) ?? true)
    .map((day) => utcDay(day));
  const missing = demanded.filter((date) => date >= first && !present.has(date)).sort();
  const findings = missing.map((date) => ({
    object: date,
    attribute: "backup",
    expected: "at least one backup",
    actual: "none",
  }));
  const counted = demanded.filter((date) => date >= first).length;
  return outcome(expected, `${counted - missing.length} of ${counted} days`, findings);
}

/** A backup may be so many times larger or smaller than usual. */
const sizeFactor = 2;
/** Differences below this many bytes say nothing: a small database doubles in an afternoon. */
const sizeFloor = 4 * 1024 * 1024;
/** With fewer earlier backups there is no "usual". */
const fewest = 3;

/** The newest backup is not much larger or smaller than the median of the seven before it. */
export function checkSizes(listing: VaultListing): Outcome {
  const expected = `within a factor of ${sizeFactor} of the median of the last 7`;
  const [newest, ...earlier] = listing.entries;
  const known = earlier.slice(0, 7).map((entry) => entry.size_bytes);
  if (newest === undefined)
    return { ...outcome(expected, "no backup"), status: "not_run", reason: "there is no backup" };
  if (known.length < fewest) {
    return outcome(
      expected,
      spellBytes(newest.size_bytes),
      [],
      `only ${spellAmount(known.length, "earlier backup")} to compare with`,
    );
  }
  const usual = median(known);
  const actual = `${spellBytes(newest.size_bytes)}, usually ${spellBytes(usual)}`;
  const far = newest.size_bytes > usual * sizeFactor || newest.size_bytes * sizeFactor < usual;
  const inLine = !far || Math.abs(newest.size_bytes - usual) < sizeFloor;
  return outcome(expected, actual, inLine ? [] : [{ object: newest.id, attribute: "size", expected, actual }]);
}

/** Lines of `restic check` that name something wrong. What is merely superfluous (after an interrupted upload) is no fault. */
const harmless =
  /not referenced in any index|additional files were found|non-critical|^using temporary cache|^create exclusive lock|^load indexes|^check |^\[|^no errors|^read |^\s*$|^repository |^created new cache|^\{"message_type":"(summary|status)"|^The repository is damaged|^Load\(|^Fatal: repository contains errors/;

/** What `restic check` came to. */
export function checkStructure(exitCode: number, output: string, read: "structure" | "sample" | "all"): Outcome {
  const scope = { structure: "structure", sample: "structure and a sample of the data", all: "structure and all data" };
  const expected = `restic finds no error in the repository's ${scope[read]}`;
  if (exitCode === 0) return outcome(expected, "no error");
  const lines = [...new Set(output.split("\n").map((line) => plainLine(line.trim())))].filter(
    (line) => !harmless.test(line),
  );
  const findings = (lines.length > 0 ? lines : ["repository contains errors"]).slice(0, 20).map((line) => ({
    object: /\b(?:pack|index|tree|snapshot|blob)\b[ /]?[0-9a-f]{8}/.exec(line)?.[0] ?? "repository",
    attribute: "structure",
    expected: "sound",
    actual: line.slice(0, 300),
  }));
  return outcome(expected, `${findings.length} ${findings.length === 1 ? "error" : "errors"}`, findings);
}
