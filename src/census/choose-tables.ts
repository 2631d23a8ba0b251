import { createHash } from "node:crypto";

/*
 * Which tables of a backup a daily verification restores, when there is no time for all of them. Pure: the same tables,
 * room and seed give the same choice, so that anybody can see that nobody picked.
 */

/** A table of a backup, as far as the choice depends on it. */
export interface Candidate {
  readonly name: string;
  /** Of its rows in the dump. */
  readonly bytes: number;
  /** Whether the plan calls it critical. */
  readonly critical: boolean;
  /** Whole days since its rows were last restored and found equal; null where that never was. */
  readonly daysSince: number | null;
  /** Whether its rows or bytes are others than at that time. */
  readonly changed: boolean;
}

/** Why a table is in tonight's sample, or is not. */
export type Reason = "small" | "its turn" | "by risk" | "another night" | "too large";

export interface Choice {
  /** Every table with the reason for which it is chosen or left, in the order of their names. */
  readonly tables: readonly { readonly name: string; readonly bytes: number; readonly reason: Reason }[];
  /** Tables up to this size are restored every night, in bytes. */
  readonly smallUpTo: number;
  /** Within so many nights each table but those that are too large has its turn; 1 where nothing is left for another. */
  readonly nights: number;
}

/** A table of up to so many bytes is small, as long as all the small ones take no more than half of the room. */
const small = 8 * 1024 * 1024;

const chosenReasons: ReadonlySet<Reason> = new Set(["small", "its turn", "by risk"]);

/** Whether a reason is one to restore a table. */
export function isChosen(reason: Reason): boolean {
  return chosenReasons.has(reason);
}

/** A number above 0 and up to 1 that belongs to a table on a night. */
function lot(seed: string, name: string): number {
  const digest = createHash("sha256").update(`${seed}\0${name}`).digest();
  return (digest.readUIntBE(0, 6) + 1) / 2 ** 48;
}

/**
 * How much a table asks to be looked at: critical tables four times as much, changed ones twice, each day since it was
 * last seen adds, and so does size, by its order of magnitude.
 */
export function riskOf({ critical, changed, daysSince, bytes }: Candidate): number {
  const waiting = 1 + (daysSince ?? 30) / 7;
  return (critical ? 4 : 1) * (changed ? 2 : 1) * waiting * Math.log10(10 + bytes / small);
}

/** The size up to which all tables are restored every night. */
function smallLimit(candidates: readonly Candidate[], room: number): number {
  let limit = 0;
  let sum = 0;
  for (const { bytes } of [...candidates].sort((a, b) => a.bytes - b.bytes)) {
    sum += bytes;
    if (bytes > small || sum > room / 2) return limit;
    limit = bytes;
  }
  return limit;
}

/**
 * Chooses: all small tables; then those whose turn it is, the longest unseen first, for half of what is left; then others
 * by lot, weighted by their risk, for the rest.
 *
 * Every table that fits has its turn: whoever stands first is taken, and what did not fit behind it stands first on the
 * next night. So two nights in a row see more than the room there is for large tables, or all of them.
 *
 * @param room bytes of the dump that there is time for
 * @param seed of the backup: another one each night
 */
export function chooseTables(candidates: readonly Candidate[], room: number, seed: string): Choice {
  const everything = candidates.reduce((sum, { bytes }) => sum + bytes, 0) <= room;
  const smallUpTo = everything ? Math.max(0, ...candidates.map(({ bytes }) => bytes)) : smallLimit(candidates, room);
  const reasons = new Map<string, Reason>();
  const large: Candidate[] = [];
  let left = room;
  for (const candidate of candidates) {
    if (candidate.bytes > smallUpTo) large.push(candidate);
    else {
      reasons.set(candidate.name, "small");
      left -= candidate.bytes;
    }
  }
  const forLarge = left;
  const fitting = large.filter(({ bytes }) => bytes <= forLarge);
  for (const { name, bytes } of large) reasons.set(name, bytes > forLarge ? "too large" : "another night");

  const drawn = new Map(large.map((each) => [each.name, -Math.log(lot(seed, each.name)) / riskOf(each)]));
  const byLot = (a: Candidate, b: Candidate) => (drawn.get(a.name) ?? 0) - (drawn.get(b.name) ?? 0);
  const waited = ({ daysSince }: Candidate) => daysSince ?? Number.POSITIVE_INFINITY;
  const byTurn = [...fitting].sort((a, b) => (waited(a) === waited(b) ? byLot(a, b) : waited(b) - waited(a)));
  for (const { name, bytes } of byTurn) {
    if (bytes > left || left <= forLarge / 2) break;
    reasons.set(name, "its turn");
    left -= bytes;
  }
  for (const { name, bytes } of [...fitting].sort(byLot)) {
    if (reasons.get(name) !== "another night" || bytes > left) continue;
    reasons.set(name, "by risk");
    left -= bytes;
  }
  const waiting = fitting.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    tables: candidates
      .map(({ name, bytes }) => ({ name, bytes, reason: reasons.get(name) ?? "another night" }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    smallUpTo,
    nights: waiting <= forLarge ? 1 : 2 * Math.ceil(waiting / forLarge),
  };
}
