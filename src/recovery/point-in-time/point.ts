import { Temporal } from "temporal-polyfill";

/** A point of a database's history, as a person names it. */
export type Point =
  /** All that was committed at this instant or earlier. To the microsecond, which is PostgreSQL's own grain. */
  | { readonly kind: "time"; readonly instant: Temporal.Instant }
  /** All that was committed before this transaction; 32 bits, as `xmin` and the log show it. */
  | { readonly kind: "transaction"; readonly xid: string }
  /** All that was committed before the transaction that recorded this migration. */
  | { readonly kind: "migration"; readonly version: string }
  /** All up to `pg_create_restore_point`. */
  | { readonly kind: "restore-point"; readonly name: string }
  /** All before this position of the write-ahead log. */
  | { readonly kind: "lsn"; readonly lsn: string }
  /** All that the archive holds. */
  | { readonly kind: "latest" };

/** An instant as PostgreSQL, people and this project's messages read it: `2025-01-16 14:30:00 UTC`. */
export function showInstant(instant: Temporal.Instant): string {
  return instant
    .toString({ smallestUnit: fineness(instant) })
    .replace("T", " ")
    .replace("Z", " UTC");
}

/** Seconds, and only where there is more, microseconds. */
function fineness(instant: Temporal.Instant): "second" | "microsecond" {
  return instant.epochNanoseconds % 1_000_000_000n === 0n ? "second" : "microsecond";
}

/** A point as people read it, and as `parsePoint` reads it back. */
export function showPoint(point: Point): string {
  switch (point.kind) {
    case "time":
      return showInstant(point.instant);
    case "transaction":
      return `just before transaction ${point.xid}`;
    case "migration":
      return `just before migration ${point.version}`;
    case "restore-point":
      return `restore point ${point.name}`;
    case "lsn":
      return `just before lsn ${point.lsn}`;
    case "latest":
      return "latest";
  }
}

/** The instant of a JavaScript date. */
export function instantOf(date: Date): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(date.getTime());
}
