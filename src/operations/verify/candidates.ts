import type { Manifest } from "../../backup/manifest.ts";
import { dayLength } from "../../base/calendar.ts";
import type { Candidate } from "../../census/choose-tables.ts";
import type { Census } from "../../census/types.ts";
import { canonical, parseQualified } from "../../proof/names.ts";
import { isBackup, isCheck, isProof } from "../../report/history.ts";
import type { AnyReport } from "../../report/model.ts";
import type { ArchiveEntry } from "../../restore/archive.ts";
import { rowsByTable } from "../../restore/sample-stages.ts";

/** A table of the census with the entries and files that hold its rows. */
export interface TableFiles extends Candidate {
  readonly rows: number;
  readonly entries: readonly ArchiveEntry[];
  /** Paths within the backup. */
  readonly paths: readonly string[];
}

/** When the rows of a table were last restored and found equal, and how many rows and bytes it had. */
interface Seen {
  readonly at: number;
  readonly rows: number | null;
  readonly bytes: number | null;
}

/** What earlier reports say about each table, by its canonical name. */
function lastSeen(reports: readonly AnyReport[], tables: readonly string[]): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  const note = (name: string, at: number, rows: number | null, bytes: number | null) => {
    if ((seen.get(name)?.at ?? 0) < at) seen.set(name, { at, rows, bytes });
  };
  const recorded = new Map(
    reports
      .filter(isBackup)
      .flatMap(({ backup }) => (backup === null ? [] : [[backup.id, backup.table_rows] as const])),
  );
  for (const report of reports) {
    const at = Date.parse(report.run.started_at);
    if (isCheck(report)) {
      for (const { table, rows, bytes, equal } of report.sample?.tables ?? []) {
        if (equal === true) note(canonical(table), at, rows, bytes);
      }
    } else if (isProof(report) && report.verdict === "proven" && report.level === "source-exact") {
      if (report.damaged || report.target?.kind === "branch" || report.backup === null) continue;
      const counts = recorded.get(report.backup.id) ?? null;
      for (const name of tables) note(canonical(name), at, counts?.[name] ?? null, null);
    }
  }
  return seen;
}

/** The file of a data entry as the manifest lists it, packed or not. Files that it does not list are never asked for. */
function pathsOf({ fileName }: ArchiveEntry, sizes: ReadonlyMap<string, number>): string[] {
  return ["", ".gz", ".lz4", ".zst"].map((suffix) => `dump/${fileName}${suffix}`).filter((path) => sizes.has(path));
}

/**
 * Every table of a backup with what the choice of a sample depends on. Materialized views are not among them: a dump has
 * no rows of theirs.
 */
export function tablesOf(
  backup: { readonly manifest: Manifest; readonly census: Census; readonly entries: readonly ArchiveEntry[] },
  criticalTables: readonly string[],
  reports: readonly AnyReport[],
  now: Date,
): TableFiles[] {
  const sizes = new Map(backup.manifest.files.map(({ path, bytes }) => [path, bytes]));
  const data = rowsByTable(backup.entries);
  const critical = new Set(criticalTables.map(canonical));
  const tables = Object.entries(backup.census.tables).filter(([, { kind }]) => kind !== "matview");
  const seen = lastSeen(
    reports,
    tables.map(([name]) => name),
  );
  return tables.map(([name, { rows }]) => {
    const { schema, name: table } = parseQualified(name);
    const entries = data.get(JSON.stringify([schema, table])) ?? [];
    const paths = entries.flatMap((entry) => pathsOf(entry, sizes));
    const bytes = paths.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
    const last = seen.get(canonical(name));
    return {
      name,
      rows,
      bytes,
      entries,
      paths,
      critical: critical.has(canonical(name)),
      daysSince: last === undefined ? null : Math.max(0, Math.floor((now.getTime() - last.at) / dayLength)),
      changed: last === undefined || last.rows !== rows || (last.bytes !== null && last.bytes !== bytes),
    };
  });
}
