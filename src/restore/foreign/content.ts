import { createHash, type Hash } from "node:crypto";
import { type RowsTarget, readSetval } from "./row-statements.ts";
import { LineSums } from "./row-sums.ts";
import type { ArchiveContent, ArchivedDefinition, ArchivedSequence, ArchivedTable } from "./types.ts";

interface Tally {
  readonly target: RowsTarget;
  readonly form: "copy" | "insert";
  readonly sums: LineSums;
  statements: number;
  left: string | null;
}

/** So many statements of unknown effect are named. */
const mostChanges = 20;

/** What an archive holds, gathered while it streams past. */
export class ContentReader {
  private readonly tables = new Map<string, Tally>();
  private readonly sequences = new Map<string, ArchivedSequence>();
  private readonly objects = new Map<string, Hash>();
  private openObject = "";
  readonly definitions: ArchivedDefinition[] = [];
  readonly changes: string[] = [];
  serverVersion: string | null = null;
  quotesAll = false;
  complete = false;

  comment(text: string): void {
    this.serverVersion ??= /^-*\s*Dumped from database version (.+)$/.exec(text)?.[1] ?? null;
    if (/PostgreSQL database (cluster )?dump complete/.test(text)) this.complete = true;
  }

  /** The tally of a table's rows; several blocks of one table add up. */
  rowsOf(target: RowsTarget, form: "copy" | "insert"): LineSums {
    const key = JSON.stringify([target.schema, target.name]);
    let tally = this.tables.get(key);
    if (tally === undefined) {
      tally = { target, form, sums: new LineSums(), statements: 0, left: null };
      this.tables.set(key, tally);
    }
    tally.statements += 1;
    return tally.sums;
  }

  /** Says that a table's rows have no table on the copy, on purpose. */
  leaveRows(target: RowsTarget, why: string): void {
    const tally = this.tables.get(JSON.stringify([target.schema, target.name]));
    if (tally !== undefined) tally.left = why;
  }

  setval(sql: string): boolean {
    const state = readSetval(sql);
    if (state === null) return false;
    this.sequences.set(state.sequence, { name: state.sequence, lastValue: state.lastValue, isCalled: state.isCalled });
    return true;
  }

  /** Follows the calls by which a dump writes a large object. */
  largeObject(sql: string): void {
    const [, call = "", argument = ""] = /\b(lo_create|lo_open|lowrite|lo_close)\(\s*'?(\d+)/i.exec(sql) ?? [];
    if (call === "lo_create") this.objects.set(argument, createHash("sha256"));
    else if (call === "lo_open") this.openObject = argument;
    else if (call === "lowrite") {
      const hex = /'\\\\?x([0-9a-f]*)'/i.exec(sql)?.[1] ?? "";
      this.objects.get(this.openObject)?.update(Buffer.from(hex, "hex"));
    }
  }

  change(what: string): void {
    if (this.changes.length < mostChanges) this.changes.push(what);
  }

  get content(): ArchiveContent {
    return {
      tables: [...this.tables.values()].map(({ target, form, sums, statements, left }): ArchivedTable => {
        const { rows, sum } = sums.result;
        return form === "copy"
          ? { ...target, form, rows, sum, left, blocks: statements }
          : { ...target, form, rows: statements, sum: null, left, blocks: statements };
      }),
      sequences: [...this.sequences.values()],
      largeObjects: new Map([...this.objects].map(([oid, hash]) => [oid, hash.copy().digest("hex")])),
      definitions: this.definitions,
      changes: this.changes,
      serverVersion: this.serverVersion,
      quotesAll: this.quotesAll,
    };
  }
}
