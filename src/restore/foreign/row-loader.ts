import { stopwatch } from "../../base/clock.ts";
import type { CopyIn } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { faultOfConnection } from "../surroundings.ts";
import type { Carrier } from "./carrier.ts";
import { rowsTarget } from "./row-statements.ts";
import type { LineSums } from "./row-sums.ts";
import { describe } from "./statement.ts";

/** INSERTs are sent together up to this many bytes. */
const batchBytes = 512 * 1024;

/** Brings rows into their tables, and counts and hashes them on the way. */
export class RowLoader {
  /** Seconds from the start until the first rows and until the last; null where there were none. */
  readonly times = { first: null as number | null, last: 0 };
  private readonly carrier: Carrier;
  private readonly seconds = stopwatch();
  private copy: { to: CopyIn | null; sums: LineSums; object: string } | null = null;
  private batch: { sql: string[]; bytes: number } = { sql: [], bytes: 0 };

  constructor(carrier: Carrier) {
    this.carrier = carrier;
  }

  /** Seconds since the load began. */
  elapsed(): number {
    return this.seconds();
  }

  /** Ends a COPY whose rows do not come to an end. */
  async abandon(): Promise<void> {
    await this.copy?.to?.end().catch(() => {});
  }

  /** Begins a block of COPY rows. */
  async beginRows(sql: string): Promise<void> {
    const target = rowsTarget(sql);
    const object = describe(sql);
    this.times.first ??= this.seconds();
    if (target === null) {
      this.carrier.failed(
        object,
        Object.assign(new Error("COPY into something that is no qualified table"), { code: "0A000" }),
      );
      this.copy = {
        to: null,
        sums: this.carrier.content.rowsOf({ schema: "", name: object, columns: null }, "copy"),
        object,
      };
      return;
    }
    this.carrier.parts.note(`${target.schema}.${target.name}`);
    const sums = this.carrier.content.rowsOf(target, "copy");
    const left = await this.whyNoTable(target.schema, target.name);
    if (left !== null) {
      this.carrier.content.leaveRows(target, left);
      this.copy = { to: null, sums, object };
      return;
    }
    this.copy = { to: this.carrier.parts.loader.copyIn(sql.replace(/;\s*$/, "")), sums, object };
  }

  /** Why rows have no table on the copy, where that is on purpose. */
  private async whyNoTable(schema: string, name: string): Promise<string | null> {
    const why = this.carrier.parts.extensions.schemasLeftOut.get(schema);
    if (why === undefined) return null;
    const [row] = await this.carrier.parts.loader.query<{ found: boolean }>(
      "SELECT pg_catalog.to_regclass($1) IS NOT NULL AS found",
      [`${quoteIdentifier(schema)}.${quoteIdentifier(name)}`],
    );
    return row?.found === true ? null : why;
  }

  /** Takes an INSERT. */
  async insert(sql: string): Promise<void> {
    const target = rowsTarget(sql);
    this.times.first ??= this.seconds();
    if (target === null) this.carrier.content.change(describe(sql));
    else this.carrier.content.rowsOf(target, "insert");
    this.batch.sql.push(sql);
    this.batch.bytes += sql.length;
    if (this.batch.bytes > batchBytes) await this.flush();
  }

  /** Sends the INSERTs that wait. One that fails takes its batch with it: then each is sent alone. */
  async flush(): Promise<void> {
    const { sql } = this.batch;
    if (sql.length === 0) return;
    this.batch = { sql: [], bytes: 0 };
    try {
      await this.carrier.parts.loader.query(sql.join("\n"));
    } catch (error) {
      const fault = faultOfConnection(error, this.carrier.parts.loader.target);
      if (fault !== null) throw fault;
      for (const one of sql) await this.carrier.run(one, "insert");
    }
    this.times.last = this.seconds();
  }

  /** Takes whole lines of the block. */
  async rows(rows: Buffer): Promise<void> {
    if (this.copy === null) return;
    this.copy.sums.push(rows);
    const { to } = this.copy;
    if (to === null) return;
    await to.write(rows).catch((error: unknown) => this.copyFailed(error));
  }

  async endRows(): Promise<void> {
    const copy = this.copy;
    if (copy?.to) await copy.to.end().catch((error: unknown) => this.copyFailed(error));
    this.copy = null;
    this.times.last = this.seconds();
  }

  private copyFailed(error: unknown): void {
    if (this.copy === null) return;
    this.copy.to = null;
    this.carrier.failed(this.copy.object, error);
  }
}
