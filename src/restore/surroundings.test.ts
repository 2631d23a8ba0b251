import { expect, test } from "vitest";
import type { Target } from "../postgres/types.ts";
import { faultOfConnection, faultOfSurroundings } from "./surroundings.ts";

const target: Target = { host: "/tmp", port: 5432, database: "copy", user: "postgres", sslmode: "disable" };

test.each([
  ['COPY failed: ERROR:  could not extend file "base/5/16391": No space left on device', "restore.disk_full"],
  ['ERROR:  could not write to file "base/pgsql_tmp/pgsql_tmp1.0": No space left on device', "restore.disk_full"],
  ['ERROR:  could not extend file "base/5/16391": wrote only 4096 of 8192 bytes at block 3', "restore.disk_full"],
  ['PANIC:  could not write to file "pg_wal/xlogtemp.9": No space left on device', "restore.disk_full"],
  ["ERROR:  out of memory", "restore.out_of_memory"],
  [
    'ERROR:  could not resize shared memory segment "/PostgreSQL.1" to 8 bytes: No space left on device',
    "restore.out_of_memory",
  ],
  ["server closed the connection unexpectedly", "restore.connection_lost"],
  ["FATAL:  terminating connection due to administrator command", "restore.connection_lost"],
  [
    'connection to server on socket "/tmp/.s.PGSQL.5432" failed: FATAL:  the database system is in recovery mode',
    "restore.connection_lost",
  ],
])("%s", (message, id) => {
  expect(faultOfSurroundings(["ERROR:  relation exists", message], target)?.id).toBe(id);
});

test.each([
  "ERROR:  No space left on device",
  "ERROR:  the cart is out of memory cards",
  "ERROR:  server closed the connection unexpectedly",
  'ERROR:  relation "server closed the connection unexpectedly" does not exist',
])("what code in the database raises is the database's fault: %s", (message) => {
  expect(faultOfSurroundings([message], target)).toBeNull();
});

test.each([
  ["53100", "restore.disk_full"],
  ["53200", "restore.out_of_memory"],
  ["57P01", "restore.connection_lost"],
  ["42P01", undefined],
])("SQLSTATE %s of our own statement", (code, id) => {
  expect(faultOfConnection(Object.assign(new Error("x"), { code }), target)?.id).toBe(id);
});
