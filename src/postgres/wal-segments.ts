/* Positions in the write-ahead log, and the files that hold it. */

/** A position as a number: `0/4041234`. */
export function lsnValue(lsn: string): bigint {
  const [high = "0", low = "0"] = lsn.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** The name of the segment that is so many after the one with this position (PostgreSQL's source: `XLogFileName`). */
export function segmentName(timeline: number, lsn: string, bytes: number, ahead = 0): string {
  return numberedSegment(timeline, Number(lsnValue(lsn) / BigInt(bytes)) + ahead, bytes);
}

/** Which one a segment is of all, whatever its timeline (PostgreSQL's source: `XLogFromFileName`). */
export function segmentNumber(segment: string, bytes: number): number {
  return Number.parseInt(segment.slice(8, 16), 16) * perId(bytes) + Number.parseInt(segment.slice(16, 24), 16);
}

/** The name of the segment with a number. */
export function numberedSegment(timeline: number, number: number, bytes: number): string {
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, "0");
  return `${hex(timeline)}${hex(Math.floor(number / perId(bytes)))}${hex(number % perId(bytes))}`;
}

/** The timeline that a segment belongs to. */
export const timelineOf = (segment: string): number => Number.parseInt(segment.slice(0, 8), 16);

const perId = (bytes: number) => 0x1_0000_0000 / bytes;
