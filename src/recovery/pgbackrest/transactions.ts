import { Temporal } from "temporal-polyfill";
import { lsnValue } from "../../postgres/wal-segments.ts";

/** How many rows a transaction wrote to one table, by the numbers of the table's file. */
export interface FileChanges {
  readonly database: number;
  readonly tablespace: number;
  readonly file: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** The file itself went: its table was dropped, truncated or rewritten. */
  readonly removed: boolean;
}

/** A committed transaction of the write-ahead log. No value of any row is in it: the log's listing shows none. */
export interface LoggedTransaction {
  /** 32 bits, as `xmin` shows it. */
  readonly xid: string;
  /** When it was committed, by the clock of its server. */
  readonly at: Temporal.Instant;
  /** Where its commit stands in the log. */
  readonly lsn: string;
  readonly changes: readonly FileChanges[];
}

type Counted = "inserted" | "updated" | "deleted";

/** pg_waldump's words for what a heap's record does (PostgreSQL's source: `heapdesc.c`). */
const acts: readonly { readonly form: RegExp; readonly counted: Counted }[] = [
  { form: /^(?:INSERT|MULTI_INSERT)\b/, counted: "inserted" },
  { form: /^(?:UPDATE|HOT_UPDATE)\b/, counted: "updated" },
  { form: /^DELETE\b/, counted: "deleted" },
];

const record = /^rmgr: (\w+) .*? tx: +(\d+), lsn: ([0-9A-F/]+), .*?desc: (.*)$/;
const commit = /^COMMIT(?:_PREPARED (\d+):)? (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) UTC/;
const relation = /blkref #0: rel (\d+)\/(\d+)\/(\d+)/;

interface Mutable extends Record<Counted, number> {
  readonly database: number;
  readonly tablespace: number;
  readonly file: number;
  removed: boolean;
}

/** Gathers transactions out of the lines of pg_waldump, which have to come in order and in UTC. */
export class TransactionReader {
  private readonly open = new Map<string, Map<string, Mutable>>();
  private readonly limit: number;
  private readonly point: bigint;
  /** Committed before the point, the last one last; and from it on. At most so many of each as asked for. */
  readonly before: LoggedTransaction[] = [];
  readonly after: LoggedTransaction[] = [];
  /** The first one that was rolled back from the point on, where nothing was committed before that. */
  rolledBack: string | null = null;
  /** Lines that were understood. */
  records = 0;

  /** @param lsn the position that parts before from after */
  constructor(lsn: string, limit: number) {
    this.point = lsnValue(lsn);
    this.limit = limit;
  }

  line(text: string): void {
    const [, manager, xid = "", lsn = "", said = ""] = record.exec(text) ?? [];
    if (manager === undefined) return;
    this.records += 1;
    if (manager.startsWith("Heap")) this.change(xid, said);
    else if (manager === "Transaction" && said.startsWith("COMMIT")) this.commit(xid, lsn, said);
    else if (manager === "Transaction" && said.startsWith("ABORT")) this.abort(xid, lsn);
  }

  private abort(xid: string, lsn: string): void {
    this.open.delete(xid);
    if (this.after.length === 0 && lsnValue(lsn) >= this.point) this.rolledBack ??= xid;
  }

  private change(xid: string, said: string): void {
    const act = acts.find(({ form }) => form.test(said));
    const [, tablespace, database, file] = relation.exec(said) ?? [];
    if (act === undefined || file === undefined) return;
    const rows = /MULTI_INSERT\S* (\d+) tuples/.exec(said)?.[1] ?? /ntuples: (\d+)/.exec(said)?.[1] ?? "1";
    this.of(xid, Number(tablespace), Number(database), Number(file))[act.counted] += Number(rows);
  }

  private of(xid: string, tablespace: number, database: number, file: number): Mutable {
    const files = this.open.get(xid) ?? new Map<string, Mutable>();
    this.open.set(xid, files);
    const key = `${database}/${file}`;
    const known = files.get(key) ?? { database, tablespace, file, inserted: 0, updated: 0, deleted: 0, removed: false };
    files.set(key, known);
    return known;
  }

  private commit(recordXid: string, lsn: string, said: string): void {
    const [, prepared, day, time] = commit.exec(said) ?? [];
    if (day === undefined) return;
    const xid = prepared ?? recordXid;
    const children = (/subxacts: ([\d ]+)/.exec(said)?.[1] ?? "")
      .trim()
      .split(" ")
      .filter((one) => one !== "");
    for (const child of children) {
      for (const one of this.open.get(child)?.values() ?? []) {
        const into = this.of(xid, one.tablespace, one.database, one.file);
        for (const counted of ["inserted", "updated", "deleted"] as const) into[counted] += one[counted];
      }
      this.open.delete(child);
    }
    for (const path of (/rels:((?: \S+)+?)(?:;|$)/.exec(said)?.[1] ?? "").trim().split(" ")) {
      // Without a tablespace of its own a relation lies in the database's.
      const [, tablespace, database, file] = /^(?:pg_tblspc\/(\d+)\/[^/]+|base)\/(\d+)\/(\d+)$/.exec(path) ?? [];
      if (file !== undefined) this.of(xid, Number(tablespace ?? 1663), Number(database), Number(file)).removed = true;
    }
    const changes = [...(this.open.get(xid)?.values() ?? [])];
    this.open.delete(xid);
    this.keep({ xid, at: Temporal.Instant.from(`${day}T${time}Z`), lsn, changes });
  }

  private keep(transaction: LoggedTransaction): void {
    if (lsnValue(transaction.lsn) < this.point) {
      this.before.push(transaction);
      if (this.before.length > this.limit) this.before.shift();
    } else if (this.after.length < this.limit) {
      this.after.push(transaction);
    }
  }
}
