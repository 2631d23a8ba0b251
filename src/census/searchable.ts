/**
 * Types whose text reads back as the same value, and whose equality is leakproof: an index finds a row by it, and does so
 * before row level security asks a policy. Keys of other types are compared as text.
 */
export const searchable: ReadonlySet<string> = new Set([
  "uuid",
  "bigint",
  "integer",
  "smallint",
  "text",
  "character varying",
]);
