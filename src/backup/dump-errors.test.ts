import { expect, test } from "vitest";
import { explainDumpFailure, firstError } from "./dump-errors.ts";

const explain = (stderr: string) => explainDumpFailure({ stderr, directory: "/scratch" });

/** What pg_dump 15 writes when COPY fails; `says` is the server's message. */
const copyFailed = (
  says: string,
) => `pg_dump: error: Dumping the contents of table "orders" failed: PQgetResult() failed.
pg_dump: detail: Error message from server: ERROR:  ${says}
CONTEXT:  a row with canary-row
pg_dump: detail: Command was: COPY public.orders (id, note) TO stdout;`;

const collision = "backup.dump_collided";

test.each([
  [
    "No space left on device",
    "pg_dump: error: could not write to output file: No space left on device",
    "backup.disk_full",
  ],
  [
    "table orders",
    "pg_dump: error: query failed: ERROR:  permission denied for table orders\npg_dump: detail: Query was: LOCK TABLE public.orders",
    "backup.dump_forbidden",
  ],
  [
    "waited for a table",
    "pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout",
    collision,
  ],
  [
    "waited for a table",
    `pg_dump: error: could not obtain lock on relation "public.orders"\npg_dump: detail: This usually means that someone`,
    collision,
  ],
  [
    "ended pg_dump's connection",
    "pg_dump: error: query failed: server closed the connection unexpectedly",
    "backup.dump_disconnected",
  ],
  [
    "",
    'pg_dump: error: query failed: ERROR:  invalid snapshot identifier: "00000003-00000002-1"',
    "backup.dump_disconnected",
  ],
  [
    "room for locks",
    "pg_dump: error: query failed: ERROR:  out of shared memory\nHINT:  You might need",
    "census.exhausted",
  ],
  ["1 GB", copyFailed("invalid memory alloc request size 1258291203"), "backup.row_too_large"],
  ["", 'pg_dump: error: query failed: ERROR:  relation "public.gone" does not exist', "census.definitions_moved"],
  ["table orders", copyFailed("invalid internal value for enum: 16400"), "backup.data_damaged"],
  ["table orders", copyFailed('missing chunk number 0 for toast value "canary-row"'), "backup.data_damaged"],
  ["pg_dump failed", "pg_dump: error: something new about 'canary-row'", "backup.dump_failed"],
])("%s", (part, stderr, id) => {
  const error = explain(stderr);
  expect(error.id).toBe(id);
  if (part !== "No space left on device") expect(error.message).toContain(part);
  expect(error.message).not.toContain("canary-row");
  expect(error.message).not.toContain("\n");
});

test("an unknown message loses what is quoted in it", () => {
  expect(firstError(`pg_dump: error: query failed: ERROR:  bad value "canary ""x""" and 'canary' here`)).toBe(
    "bad value … and … here",
  );
  expect(firstError('pg_dump: error: unfinished "canary')).toBe("unfinished …");
  expect(firstError("")).toBe("no message");
});
