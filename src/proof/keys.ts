import { createHmac } from "node:crypto";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const integer = /^-?\d{1,19}$/;
const integerTypes = new Set(["smallint", "integer", "bigint"]);

/** One column's value of a key, with the type that PostgreSQL gives it (`pg_typeof`). */
export interface KeyPart {
  readonly value: string | null;
  readonly type: string;
}

/**
 * A key as a report may show it: uuids and integers as they are, anything else (an e-mail address may be a key) as the
 * start of its HMAC under a key that exists only during this run. The same row reads the same all through one report.
 */
export function publicKey(parts: readonly KeyPart[], hashKey: Buffer): string {
  return parts.map((part) => publicPart(part, hashKey)).join(",");
}

function publicPart({ value, type }: KeyPart, hashKey: Buffer): string {
  if (value === null) return "null";
  // The form is checked as well as the type: a type of the database's own may call itself anything.
  if (type === "uuid" && uuid.test(value)) return value;
  if (integerTypes.has(type) && integer.test(value)) return value;
  return `hmac:${createHmac("sha256", hashKey).update(value).digest("hex").slice(0, 16)}`;
}

/**
 * A hash over rows as a report may show it. The hash itself would let a reader guess the content of a small table and
 * confirm the guess, so it is shown under the run's key.
 */
export function publicHash(hash: string, hashKey: Buffer): string {
  return `content ${createHmac("sha256", hashKey).update(hash).digest("hex").slice(0, 8)}`;
}
