import type { ListedTable, Part } from "./table-list.ts";

/** A part of a table, or some of its pages. */
export interface Scan {
  readonly table: ListedTable;
  readonly part: Part;
  /** Pages from (inclusive) and to (exclusive; null = to the end); absent where all of it is read. */
  readonly pages?: { readonly from: number; readonly to: number | null };
}

/** Tables larger than this are read in pieces by several workers, so that one large table does not hold up the rest. */
const pieceBytes = 64 * 1024 * 1024;
/** So many small tables share a query, because each query costs a round trip. */
const batchTables = 40;
const batchBytes = 8 * 1024 * 1024;

function pieces(table: ListedTable, part: Part): Scan[] {
  const count = part.condition === "" ? Math.min(Math.floor(part.bytes / pieceBytes) + 1, part.blocks) : 1;
  if (count <= 1) return [{ table, part }];
  const step = Math.ceil(part.blocks / count);
  return Array.from({ length: count }, (_, index) => ({
    table,
    part,
    // The last piece is open: the table grows, and another snapshot may see rows beyond.
    pages: { from: index * step, to: index === count - 1 ? null : (index + 1) * step },
  }));
}

const weight = (scan: Scan) => (scan.pages === undefined ? scan.part.bytes : pieceBytes);

/**
 * Divides the reading of tables into batches, heaviest first: a large table in several pieces of its own, many small
 * ones together.
 */
export function planScans(tables: readonly ListedTable[]): Scan[][] {
  const scans = tables
    .filter((table) => table.populated)
    .flatMap((table) => table.parts.flatMap((part) => pieces(table, part)))
    .sort((a, b) => weight(b) - weight(a));
  const batches: Scan[][] = [];
  let bytes = 0;
  let last: Scan[] = [];
  for (const scan of scans) {
    const fits = last.length > 0 && last.length < batchTables && bytes + weight(scan) <= batchBytes;
    if (!fits) {
      last = [];
      bytes = 0;
      batches.push(last);
    }
    last.push(scan);
    bytes += weight(scan);
  }
  return batches;
}

/** The WHERE clause of a scan: an extension's condition, a range of pages, or nothing. */
export function scanCondition({ part, pages }: Scan): string {
  if (pages === undefined) return part.condition;
  const from = `ctid >= '(${pages.from},0)'::pg_catalog.tid`;
  return pages.to === null ? `WHERE ${from}` : `WHERE ${from} AND ctid < '(${pages.to},0)'::pg_catalog.tid`;
}
