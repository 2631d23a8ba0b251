import { lsnValue } from "./select-backup.ts";

/** The name of the segment that is so many after the one with this position (PostgreSQL's source: `XLogFileName`). */
export function segmentName(timeline: number, lsn: string, bytes: number, ahead = 0): string {
  const number = lsnValue(lsn) / BigInt(bytes) + BigInt(ahead);
  const perId = 0x1_0000_0000n / BigInt(bytes);
  const hex = (value: bigint) => value.toString(16).toUpperCase().padStart(8, "0");
  return `${hex(BigInt(timeline))}${hex(number / perId)}${hex(number % perId)}`;
}
