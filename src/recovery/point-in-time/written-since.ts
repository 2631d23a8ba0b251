import type { WriteCounters } from "../../census/writes.ts";

type Counts = WriteCounters["tables"][string];

const sums = ["inserted", "updated", "deleted"] as const;

/** What one table's counters have counted since the restore. */
function since(before: Counts, now: Counts): Counts {
  // A server that was put back begins to count anew; one whose counters only grew has gone on counting.
  const wentOn = sums.every((key) => now[key] >= before[key]);
  const of = (key: (typeof sums)[number]) => now[key] - (wentOn ? before[key] : 0);
  return { inserted: of("inserted"), updated: of("updated"), deleted: of("deleted"), files: now.files };
}

/**
 * The counters of before a restore, with what was written after it added: the application writes again the moment the
 * database is back, and that is no fault of what was restored.
 *
 * @param before read right before the restore
 * @param now read in the restored database, after everything that is compared
 */
export function withWritesSince(before: WriteCounters, now: WriteCounters): WriteCounters {
  const tables = Object.entries(before.tables).map(([name, counts]): [string, Counts] => {
    const found = now.tables[name];
    if (found === undefined) return [name, counts];
    const more = since(counts, found);
    return [
      name,
      {
        inserted: counts.inserted + more.inserted,
        updated: counts.updated + more.updated,
        deleted: counts.deleted + more.deleted,
        files: counts.files,
      },
    ];
  });
  return { origin: before.origin, tables: Object.fromEntries(tables) };
}
