import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pgbackrestErrors } from "./errors.ts";

/** Where a recovery stopped, from the history file that PostgreSQL writes at promotion. */
export interface Stop {
  /** Everything before this position is in the copy, nothing from it on. */
  readonly lsn: string;
  /** The timeline that was replayed last. */
  readonly timeline: number;
  /** Such as `before transaction 743`. */
  readonly reason: string;
}

/** One line per timeline that ended: its number, where it ended, why (PostgreSQL's manual, "Timelines"). */
const line = /^(\d+)\t([0-9A-F]{1,8}\/[0-9A-F]{1,8})\t(.*)$/;

/** Reads where the recovery of a data directory stopped. */
export async function readStop(data: string): Promise<Stop> {
  const folder = join(data, "pg_wal");
  const histories = (await readdir(folder)).filter((name) => /^[0-9A-F]{8}\.history$/.test(name)).sort();
  const newest = histories.at(-1);
  const text = newest === undefined ? "" : await readFile(join(folder, newest), "utf8");
  const [, timeline, lsn, reason = ""] = line.exec(text.trim().split("\n").at(-1) ?? "") ?? [];
  if (timeline === undefined || lsn === undefined) {
    throw pgbackrestErrors.recovery_failed({ why: "the copy does not say where its recovery stopped" });
  }
  return { lsn, timeline: Number(timeline), reason };
}
