import { finished } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { type ConnectOptions, openSession } from "./connect.ts";
import { lossOf } from "./connection-faults.ts";
import type { Session, Target } from "./types.ts";

/** Rows on their way into a table. */
export interface CopyIn {
  /** Hands over a piece of the rows; waits where the server is slower than we are. */
  write(rows: Buffer): Promise<void>;
  /** Ends the COPY and rejects with the server's error where it refused the rows. */
  end(): Promise<void>;
}

/** A session that also streams rows, in memory that does not depend on how many they are. */
export interface CopySession extends Session {
  /**
   * Runs exactly one statement: the extended protocol refuses text that the server reads as two. Gives the warnings that
   * came with it, by SQLSTATE.
   */
  statement(sql: string): Promise<readonly string[]>;
  /** Begins a `COPY ... FROM STDIN`. */
  copyIn(sql: string): CopyIn;
  /** Runs a `COPY ... TO STDOUT`. Where `onRows` gives a promise, the server waits until it is kept. */
  copyOut(sql: string, onRows: (rows: Buffer) => void | Promise<void>): Promise<void>;
}

/** What the driver asks of a query: here one whose rows are handed on as they come. */
class CopyOut {
  private readonly sql: string;
  readonly handleCopyData: (message: { readonly chunk: Buffer }) => void;
  readonly handleReadyForQuery: () => void;
  readonly handleError: (error: unknown) => void;

  constructor(sql: string, onRows: (rows: Buffer) => void, ended: () => void, failed: (error: unknown) => void) {
    this.sql = sql;
    this.handleCopyData = ({ chunk }) => onRows(chunk);
    this.handleReadyForQuery = ended;
    this.handleError = failed;
  }

  submit(connection: { query(sql: string): void }): void {
    connection.query(this.sql);
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handleCommandComplete(): void {}
  handlePortalSuspended(): void {}
}

/** Hands rows on, and stops reading from the server while whoever takes them is behind. */
class Handing {
  private readonly source: { pause(): unknown; resume(): unknown };
  private readonly onRows: (rows: Buffer) => void | Promise<void>;
  private waiting = 0;
  private failure: { readonly reason: unknown } | null = null;
  private last: Promise<void> = Promise.resolve();

  constructor(source: { pause(): unknown; resume(): unknown }, onRows: (rows: Buffer) => void | Promise<void>) {
    this.source = source;
    this.onRows = onRows;
  }

  give(rows: Buffer): void {
    // Nobody wants them any more, but the server has to come to its end.
    if (this.failure !== null) return;
    // The driver uses its buffer again, and whoever is behind would read other rows in it.
    const taken = this.onRows(Buffer.from(rows));
    if (taken === undefined) return;
    this.waiting += 1;
    this.source.pause();
    const settled = taken
      .catch((reason: unknown) => {
        this.failure ??= { reason };
      })
      .finally(() => {
        this.waiting -= 1;
        if (this.waiting === 0) this.source.resume();
      });
    this.last = Promise.all([this.last, settled]).then(() => {});
  }

  async finished(): Promise<void> {
    await this.last;
    if (this.failure !== null) throw this.failure.reason;
  }
}

/** Opens a connection like `connect`, for streams of rows. */
export async function connectForCopy(target: Target, options: ConnectOptions): Promise<CopySession> {
  const { session, client } = await openSession(target, options);
  const explained = (error: unknown) => lossOf(target, error) ?? error;
  return {
    ...session,
    async statement(sql) {
      const warnings: string[] = [];
      const note = (notice: { code?: string | undefined }) => warnings.push(notice.code ?? "");
      client.on("notice", note);
      try {
        await client.query({ text: sql, queryMode: "extended" } as pg.QueryConfig);
        return warnings;
      } catch (error) {
        throw explained(error);
      } finally {
        client.off("notice", note);
      }
    },
    copyIn(sql) {
      const stream = client.query(copyFrom(sql));
      // The server's refusal takes the driver's connection from the stream, and rows that still wait in it would then be
      // written into nothing, which ends the process: so none may wait.
      stream.once("error", () => stream.destroy());
      let failure: unknown;
      const ended = finished(stream).catch((error: unknown) => {
        failure = explained(error);
      });
      return {
        async write(rows) {
          if (failure !== undefined) throw failure;
          if (stream.write(rows)) return;
          await Promise.race([ended, new Promise((resolve) => stream.once("drain", resolve))]);
          if (failure !== undefined) throw failure;
        },
        async end() {
          if (failure === undefined) stream.end();
          await ended;
          if (failure !== undefined) throw failure;
        },
      };
    },
    async copyOut(sql, onRows) {
      const handing = new Handing(client.connection.stream, onRows);
      await new Promise<void>((resolve, reject) => {
        client.query(
          new CopyOut(
            sql,
            (rows) => handing.give(rows),
            resolve,
            (error) => reject(explained(error)),
          ),
        );
      });
      await handing.finished();
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
