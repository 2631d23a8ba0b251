import { distance } from "fastest-levenshtein";
import { dayLength } from "../base/calendar.ts";
import { vaultErrors } from "./errors.ts";
import type { VaultEntry } from "./types.ts";

/** What a choice depends on besides the list. */
export interface SelectionContext {
  readonly now: Date;
  /** A number from 0 up to but not including 1, such as `Math.random`. */
  readonly random: () => number;
  /** Named in errors. */
  readonly database: string;
}

/** The day of an instant, UTC: `2026-11-22`. */
export function utcDay(instant: string | Date): string {
  return new Date(instant).toISOString().slice(0, 10);
}

function alike(wanted: string, entries: readonly VaultEntry[]): string[] {
  const score = (id: string) => (id.includes(wanted) ? 0 : distance(wanted, id));
  return entries
    .map((entry) => ({ id: entry.id, score: score(entry.id) }))
    .filter(({ id, score: s }) => s <= id.length / 3)
    .sort((a, b) => a.score - b.score)
    .slice(0, 3)
    .map(({ id }) => id);
}

/**
 * Chooses a backup.
 *
 * @param entries newest first, as `list` gives them
 * @param wanted `latest`, `yesterday` (the newest of the previous UTC day), `random` or an id; a recovery's safety backup
 *   is only given by its id
 * @throws no_backup, unknown_backup (with ids that look alike)
 */
export function selectEntry(entries: readonly VaultEntry[], wanted: string, context: SelectionContext): VaultEntry {
  const { database, now, random } = context;
  // What somebody has recovered from is the newest afterwards, and hardly ever what is wanted.
  const usual = entries.filter(({ purpose }) => purpose !== "safety");
  const pick = (): VaultEntry | undefined => {
    if (wanted === "latest") return usual[0];
    if (wanted === "random") return usual[Math.floor(random() * usual.length)];
    if (wanted === "yesterday") {
      const previous = utcDay(new Date(now.getTime() - dayLength));
      return usual.find((entry) => utcDay(entry.taken_at) === previous);
    }
    return entries.find((entry) => entry.id === wanted);
  };
  const entry = pick();
  if (entry !== undefined) return entry;
  if (entries.length > 0 && !["latest", "random", "yesterday"].includes(wanted)) {
    throw vaultErrors.unknown_backup({ wanted, alike: alike(wanted, entries) });
  }
  throw vaultErrors.no_backup({ database, wanted });
}
