/** A column as the hash of a row needs it. */
export interface HashedColumn {
  /** Quoted. */
  readonly name: string;
  /** The type's name where it is one of PostgreSQL's own (a domain's base type in its place), and '' for all others. */
  readonly type: string;
}

type Hash = (column: string, seed: number) => string;

const call =
  (name: string): Hash =>
  (column, seed) =>
    `pg_catalog.${name}(${column}, ${seed})`;
const text: Hash = (column, seed) => `pg_catalog.hashtextextended(${column} COLLATE "C", ${seed})`;
/** By a type's own text form, in which all its values differ: to numeric's hash 1.5 and 1.50 are one. */
const asText: Hash = (column, seed) => text(`${column}::pg_catalog.text`, seed);

/**
 * Of a point in time. Its own hash keeps 32 bits of its 64, and the seconds as a float cannot tell all microseconds of far
 * years apart; of two points that are the same to one of them, the other tells which is which. That takes a
 * quarter of the time of its text, and no time zone has a part in it.
 */
const instant =
  (timestamp: (column: string) => string): Hash =>
  (column, seed) => {
    const seconds = `pg_catalog.hashfloat8extended(pg_catalog.date_part('epoch', ${column}), ${seed})`;
    return `pg_catalog.timestamp_hash_extended(${timestamp(column)}, ${seconds})`;
  };

/** By its number of days, where it has one: infinity has none. */
const date: Hash = (column, seed) =>
  `CASE WHEN pg_catalog.isfinite(${column}) THEN pg_catalog.hashint4extended(${column} - '2000-01-01'::pg_catalog.date, ${seed})
    ELSE ${asText(column, seed)} END`;

/**
 * Hashes that tell any two values of a type apart as well as 64 bits can. Each gives NULL for NULL. Those of the types'
 * own operator classes do not stand alone where they do not: of int8 and of points in time they keep 32 bits, of numeric, floats
 * and jsonb they look past the form, of enums they hash an OID, which a copy does not share.
 */
const hashes: Readonly<Record<string, Hash>> = {
  int2: call("hashint2extended"),
  int4: call("hashint4extended"),
  oid: call("hashoidextended"),
  uuid: call("uuid_hash_extended"),
  bool: (column, seed) => call("hashint4extended")(`${column}::pg_catalog.int4`, seed),
  // The value as the seed: seeds count with all 64 bits.
  int8: (column, seed) => `pg_catalog.hashint4extended(${seed}, ${column})`,
  text,
  varchar: text,
  // All values of one such column are padded to the same length, so that the blanks at the end tell nothing.
  bpchar: (column, seed) => call("hashbpcharextended")(`${column} COLLATE "C"`, seed),
  bytea: asText,
  date,
  float4: asText,
  float8: asText,
  interval: asText,
  json: asText,
  jsonb: asText,
  numeric: asText,
  time: asText,
  timestamp: instant((column) => column),
  timestamptz: instant((column) => `pg_catalog.timezone('0'::pg_catalog.interval, ${column})`),
  timetz: asText,
};

/** Of any type, by its output function alone: a cast to text may be anybody's. Its text may be empty, which is not NULL. */
const anyType: Hash = (column, seed) =>
  `CASE WHEN pg_catalog.num_nulls(${column}) = 0 THEN ${text(`pg_catalog.concat(${column})`, seed)} END`;

/**
 * An SQL expression for the hash of a column's value: bigint, and the seed itself for NULL.
 *
 * @param seed another one for each column, from 1 on
 */
export function columnHash({ name, type }: HashedColumn, seed: number): string {
  const hash = Object.hasOwn(hashes, type) ? hashes[type] : undefined;
  return `coalesce(${(hash ?? anyType)(name, seed)}, ${seed})`;
}
