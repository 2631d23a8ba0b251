const [lf, cr, backslash, dot] = [10, 13, 92, 46] as const;

/** What a piece of text held of a block of COPY rows. */
export interface RowPiece {
  /** Whole lines with their line feeds, in order. */
  readonly rows: readonly Buffer[];
  /** Where the block ended in this piece: after its `\.` line; null where it goes on. */
  readonly end: number | null;
}

/** The rows after a COPY statement, up to the line `\.`. */
export class RowBlock {
  /** The line that has only begun. */
  private begun: Buffer[] = [];

  push(chunk: Buffer, start: number): RowPiece {
    const rows: Buffer[] = [];
    let from = start;
    if (this.begun.length > 0) {
      const end = chunk.indexOf(lf, from);
      if (end < 0) {
        this.begun.push(chunk.subarray(from));
        return { rows, end: null };
      }
      const line = Buffer.concat([...this.begun, chunk.subarray(from, end + 1)]);
      this.begun = [];
      if (isEnd(line, 0)) return { rows, end: end + 1 };
      rows.push(line);
      from = end + 1;
    }
    // In a row a backslash is doubled, so two bytes that look like the end rarely stand anywhere else.
    for (let at = chunk.indexOf("\\.", from, "latin1"); at >= 0; at = chunk.indexOf("\\.", at + 1, "latin1")) {
      if ((at !== from && chunk[at - 1] !== lf) || !isEnd(chunk, at)) continue;
      if (at > from) rows.push(chunk.subarray(from, at));
      return { rows, end: chunk.indexOf(lf, at) + 1 };
    }
    const last = chunk.lastIndexOf(lf);
    if (last >= from) {
      rows.push(chunk.subarray(from, last + 1));
      from = last + 1;
    }
    if (from < chunk.length) this.begun.push(chunk.subarray(from));
    return { rows, end: null };
  }
}

/** Whether the line at this place is `\.`, with its line feed in sight. */
function isEnd(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== backslash || bytes[at + 1] !== dot) return false;
  return bytes[at + 2] === lf || (bytes[at + 2] === cr && bytes[at + 3] === lf);
}
