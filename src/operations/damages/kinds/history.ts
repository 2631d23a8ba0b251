import { dayLength } from "../../../base/calendar.ts";
import type { BackupFigures } from "../../../proof/history/figures.ts";
import type { HistoryCase } from "../types.ts";

/** Figures of the seven days before a backup, each made from its own and from how many days ago it was. */
function week(
  now: BackupFigures,
  change: (now: BackupFigures, daysAgo: number) => Partial<BackupFigures>,
): BackupFigures[] {
  return [1, 2, 3, 4, 5, 6, 7].map((daysAgo) => ({
    ...now,
    id: `${daysAgo} days ago`,
    taken_at: new Date(Date.parse(now.taken_at) - daysAgo * dayLength).toISOString(),
    ...change(now, daysAgo),
  }));
}

const times = (now: BackupFigures, table: string, factor: number) => ({
  ...now.table_rows,
  [table]: Math.round((now.table_rows?.[table] ?? 0) * factor),
});

/** A table of the fixture that has no rows. */
function emptyTable({ table_rows }: BackupFigures): string {
  const found = Object.entries(table_rows ?? {}).find(([, rows]) => rows === 0);
  if (found === undefined) throw new Error("the fixture has no empty table");
  return found[0];
}

const by = "plausibility.history";

/** Backups that are perfect copies of a source that is not what it was, and sound ones next to all sorts of pasts. */
export const historyCases: readonly HistoryCase[] = [
  {
    kind: "a table's rows collapsed",
    by,
    past: (now) => week(now, () => ({ table_rows: times(now, "public.user_progress", 5) })),
  },
  {
    kind: "a table gone empty that never was",
    by,
    past: (now) => week(now, () => ({ table_rows: { ...now.table_rows, [emptyTable(now)]: 400 } })),
  },
  { kind: "all rows collapsed", by, past: (now) => week(now, () => ({ rows: now.rows * 4 })) },
  { kind: "the dump far smaller", by, past: (now) => week(now, () => ({ size_bytes: now.size_bytes * 5 })) },
  { kind: "seven backups like it", past: (now) => week(now, () => ({})) },
  {
    kind: "slow growth",
    past: (now) =>
      week(now, (_, daysAgo) => ({
        rows: Math.round(now.rows * 0.95 ** daysAgo),
        size_bytes: Math.round(now.size_bytes * 0.95 ** daysAgo),
        table_rows: times(now, "public.user_progress", 0.95 ** daysAgo),
      })),
  },
  {
    kind: "a small table purged now and then",
    past: (now) =>
      week(now, (_, daysAgo) => ({ table_rows: { ...now.table_rows, [emptyTable(now)]: daysAgo % 2 === 0 ? 0 : 9 } })),
  },
];
