import { spellInstant, spellSeconds } from "../../base/spell.ts";
import type { CheckResult, Finding } from "../../proof/types.ts";
import type { BackupReport, WatchReport } from "../../report/model.ts";
import type { VaultEntry, VaultListing } from "../../vault/types.ts";
import { checkSizes } from "../../vault/vault-checks.ts";
import { countsFrom } from "../events/of-backup.ts";

/** A backup that began and has left no report yet. */
export interface RunningBackup {
  readonly since: Date;
  /** Where it can be looked at: a run's address, or what the record calls it. */
  readonly where: string;
}

/** All that is known when the watch looks. */
export interface Sight {
  readonly database: string;
  readonly due: Date;
  readonly now: Date;
  /** Seconds that a backup may take. */
  readonly limit: number;
  /** The vault's list, or why it could not be read. */
  readonly vault: VaultListing | { readonly unread: string };
  /** Records of backups of this database, newest first. */
  readonly records: readonly BackupReport[];
  /** Backups under way, oldest first. */
  readonly running: readonly RunningBackup[];
}

type Outcome = Pick<CheckResult, "status" | "expected" | "actual" | "findings" | "reason">;

function judged(expected: string, actual: string, fault: Omit<Finding, "expected" | "actual"> | null): Outcome {
  const findings = fault === null ? [] : [{ ...fault, expected, actual }];
  return { status: fault === null ? "passed" : "failed", expected, actual, findings, reason: "" };
}

const secondsSince = (from: Date | string, to: Date | string) =>
  Math.max(0, (new Date(to).getTime() - new Date(from).getTime()) / 1000);

/** What became of the backup where none is in the vault. */
function absence({ records, running, due, now }: Sight): string {
  const [oldest] = running;
  if (oldest !== undefined) {
    return `none yet; one has been running for ${spellSeconds(secondsSince(oldest.since, now))} (${oldest.where})`;
  }
  const last = records.find(({ run }) => new Date(run.started_at) >= countsFrom(due));
  if (last === undefined) return "none; no backup has begun since";
  return last.verdict === "taken" ? "none, although a run has recorded one" : `none; the last run: ${last.reason}`;
}

/** The newest backup since it was due, if there is one; that of a recovery is not the night's. */
function arrival({ vault, due }: Sight): VaultEntry | null {
  if ("unread" in vault) return null;
  const isNights = ({ taken_at, files, purpose }: VaultEntry) =>
    new Date(taken_at) >= countsFrom(due) && files > 0 && purpose !== "safety";
  return vault.entries.find(isNights) ?? null;
}

function arrived(sight: Sight, entry: VaultEntry | null): Outcome {
  const due = spellInstant(sight.due.toISOString());
  const expected = `a backup since ${due}`;
  if ("unread" in sight.vault)
    return { status: "not_run", expected, actual: "", findings: [], reason: sight.vault.unread };
  if (entry !== null) return judged(expected, `${entry.id}, taken ${spellInstant(entry.taken_at)}`, null);
  return judged(expected, absence(sight), { object: sight.database, attribute: "backup" });
}

/** The vault alone could be rewritten by whoever holds its password: a record outside must agree. */
function recorded(entry: VaultEntry, record: BackupReport | undefined): Outcome {
  const expected = "a record outside the vault with the same digest";
  if (record?.backup == null) return judged(expected, "no record", { object: entry.id, attribute: "record" });
  const same = record.backup.digest === entry.digest;
  return judged(
    expected,
    same ? "the same digest" : "another digest",
    same ? null : { object: entry.id, attribute: "digest" },
  );
}

function inTime(sight: Sight, entry: VaultEntry | null, record: BackupReport | undefined): Outcome | null {
  const [oldest] = sight.running;
  const expected = `at most ${spellSeconds(sight.limit)}`;
  const seconds =
    entry !== null
      ? record === undefined
        ? secondsSince(entry.taken_at, entry.saved_at)
        : secondsSince(record.run.started_at, record.run.finished_at)
      : oldest === undefined
        ? null
        : secondsSince(oldest.since, sight.now);
  if (seconds === null) return null;
  const actual = `${entry === null ? "still running after " : ""}${spellSeconds(seconds)}`;
  const object = entry?.id ?? oldest?.where ?? sight.database;
  return judged(expected, actual, seconds > sight.limit ? { object, attribute: "time" } : null);
}

/** The record of the backup that has arrived. */
function recordOf({ records }: Sight, entry: VaultEntry | null): BackupReport | undefined {
  return records.find(({ verdict, backup }) => verdict === "taken" && backup?.id === entry?.id);
}

/**
 * Whether to wait before judging: nothing has arrived, or its run has not recorded it yet, and a backup is under way that may
 * still be in time. GitHub starts scheduled runs late, and an alarm every other night is one that nobody reads.
 */
export function stillInTime(sight: Sight): boolean {
  const [oldest] = sight.running;
  const entry = arrival(sight);
  const complete = entry !== null && recordOf(sight, entry) !== undefined;
  return !complete && oldest !== undefined && secondsSince(oldest.since, sight.now) <= sight.limit;
}

/** Judges whether the backup that was due has arrived: there, recorded, in time, and of a size like the seven before it. */
export function judgeArrival(sight: Sight): Pick<WatchReport, "checks" | "backup"> {
  const entry = arrival(sight);
  const record = recordOf(sight, entry);
  const check = (id: string, title: string, outcome: Outcome | null): CheckResult[] =>
    outcome === null ? [] : [{ id, title, seconds: 0, ...outcome }];
  const checks = [
    ...check("watch.arrived", "Last night's backup is in the vault", arrived(sight, entry)),
    ...check("watch.recorded", "It is the one that its run recorded", entry === null ? null : recorded(entry, record)),
    ...check("watch.in_time", "It took no longer than the plan allows", inTime(sight, entry, record)),
  ];
  if (entry === null || "unread" in sight.vault) return { checks, backup: null };
  // Backups that came later say nothing about this one.
  const upTo = { ...sight.vault, entries: sight.vault.entries.slice(sight.vault.entries.indexOf(entry)) };
  const { id, taken_at, digest } = entry;
  const seconds = record === undefined ? null : secondsSince(record.run.started_at, record.run.finished_at);
  return {
    checks: [...checks, ...check("watch.size", "Its size is like that of the ones before", checkSizes(upTo))],
    backup: { id, taken_at, digest, size_bytes: record?.backup?.size_bytes ?? entry.size_bytes, seconds },
  };
}
