import fc from "fast-check";
import { expect, test } from "vitest";
import { lsnValue, segmentName } from "../../postgres/wal-segments.ts";
import { precedes } from "./control-data.ts";
import { TransactionReader } from "./transactions.ts";

/** Lines as pg_waldump 15 writes them. */
const heap = (tx: number, lsn: string, said: string, file = 16384) =>
  `rmgr: Heap        len (rec/tot):    267/   267, tx: ${String(tx).padStart(10)}, lsn: ${lsn}, prev 0/01518750, desc: ${said}, blkref #0: rel 1663/5/${file} blk 0`;
const ended = (tx: number, lsn: string, said: string) =>
  `rmgr: Transaction len (rec/tot):     66/    66, tx: ${String(tx).padStart(10)}, lsn: ${lsn}, prev 0/0150B390, desc: ${said}`;

const commit = "COMMIT 2026-11-22 18:28:51.757044 UTC";

test("rows are counted by transaction and table; what was rolled back does not count", () => {
  const reader = new TransactionReader("0/200", 10);
  for (const line of [
    heap(10, "0/100", "INSERT off 9 flags 0x00"),
    heap(10, "0/108", "LOCK off 9: xid 10: flags 0x00 LOCK_ONLY EXCL_LOCK "),
    // A savepoint of 10, and one that was given up.
    heap(11, "0/110", "HOT_UPDATE off 9 xmax 11 flags 0x20 ; new off 12 xmax 0"),
    heap(12, "0/118", "DELETE off 9 flags 0x00 KEYS_UPDATED "),
    ended(12, "0/120", "ABORT 2026-11-22 18:28:51.7 UTC"),
    heap(13, "0/128", "DELETE off 9 flags 0x00 KEYS_UPDATED ").replace("Heap ", "Heap2"),
    heap(14, "0/130", "MULTI_INSERT+INIT 61 tuples flags 0x02", 16390).replace("Heap ", "Heap2"),
    ended(10, "0/180", `${commit}; subxacts: 11; inval msgs: catcache 55`),
    ended(
      0,
      "0/200",
      "COMMIT_PREPARED 14: 2026-11-22 18:28:52 UTC; rels: base/5/16384 pg_tblspc/7/PG_15_202209061/5/99",
    ),
    ended(13, "0/208", commit),
    "pg_waldump: error: could not find a valid record",
  ]) {
    reader.line(line);
  }
  const brief = (transactions: typeof reader.before) =>
    transactions.map(({ xid, changes }) => [
      xid,
      changes.map(({ tablespace, file, inserted, updated, deleted, removed }) => [
        `${tablespace}/${file}`,
        inserted,
        updated,
        deleted,
        removed,
      ]),
    ]);
  expect(brief(reader.before)).toEqual([["10", [["1663/16384", 1, 1, 0, false]]]]);
  expect(brief(reader.after)).toEqual([
    [
      "14",
      [
        ["1663/16390", 61, 0, 0, false],
        ["1663/16384", 0, 0, 0, true],
        ["7/99", 0, 0, 0, true],
      ],
    ],
    ["13", [["1663/16384", 0, 0, 1, false]]],
  ]);
  expect(reader.before[0]?.at.toString()).toBe("2026-11-22T18:28:51.757044Z");
});

test.each([
  ["a roll-back comes next", ["ABORT 2026-11-22 18:28:52 UTC", commit], "10"],
  ["a commit comes next", [commit, "ABORT 2026-11-22 18:28:52 UTC"], null],
])("at the point %s", (_, said, rolledBack) => {
  const reader = new TransactionReader("0/200", 10);
  reader.line(ended(9, "0/100", "ABORT 2026-11-22 18:28:50 UTC"));
  for (const [n, one] of said.entries()) reader.line(ended(10 + n, `0/2${n}0`, one));
  expect(reader.rolledBack).toBe(rolledBack);
});

test("only so many are kept: the last before the point, the first after it", () => {
  const reader = new TransactionReader("0/1000", 2);
  for (let n = 1; n < 16; n += 1) reader.line(ended(n, `0/${(n * 0x200).toString(16).toUpperCase()}`, commit));
  expect(reader.before.map(({ xid }) => xid)).toEqual(["6", "7"]);
  expect(reader.after.map(({ xid }) => xid)).toEqual(["8", "9"]);
});

test("segments are named as PostgreSQL names them", () => {
  const megabytes = 1024 * 1024;
  expect(segmentName(1, "0/4041234", 16 * megabytes)).toBe("000000010000000000000004");
  expect(segmentName(31, "2A/FF000000", 16 * megabytes)).toBe("0000001F0000002A000000FF");
  expect(segmentName(1, "0/FF000000", 16 * megabytes, 1)).toBe("000000010000000100000000");
  expect(segmentName(2, "1/80000000", 64 * megabytes, -1)).toBe("00000002000000010000001F");
});

test("positions and transaction ids are in PostgreSQL's order", () => {
  expect(lsnValue("1/0")).toBe(2n ** 32n);
  const ids = fc.integer({ min: 3, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(ids, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (xid, ahead) => {
      const later = (xid + ahead) % 2 ** 32;
      expect([precedes(xid, later), precedes(later, xid), precedes(xid, xid)]).toEqual([true, false, false]);
    }),
  );
});
