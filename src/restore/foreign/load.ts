import { sqlstateOf } from "../outcome.ts";
import { Afterwards } from "./afterwards.ts";
import { Carrier, type LoadingParts } from "./carrier.ts";
import { archiveErrors } from "./errors.ts";
import { absentExtension } from "./extensions.ts";
import { headTokens } from "./head-tokens.ts";
import { RowLoader } from "./row-loader.ts";
import type { ScanEvent } from "./scan-event.ts";
import { SqlScanner } from "./sql-scanner.ts";
import { describe, kindOf, type StatementKind } from "./statement.ts";
import type { SqlSource } from "./types.ts";

/** Loads one archive, whatever its form, and keeps what it holds and what went wrong. */
export class Loading {
  readonly carrier: Carrier;
  readonly rows: RowLoader;
  readonly afterwards: Afterwards;
  /** Who the archive wants to be at this point; null = whoever loads. */
  private authorization: string | null = null;
  private createdDatabase = false;
  /** The statement that came last. */
  private last = "";

  constructor(parts: LoadingParts) {
    this.carrier = new Carrier(parts);
    this.rows = new RowLoader(this.carrier);
    this.afterwards = new Afterwards(this.carrier);
  }

  /** Reads a source from beginning to end. */
  async load(source: SqlSource): Promise<void> {
    const scanner = new SqlScanner();
    let isDump = false;
    this.carrier.content.complete = false;
    this.last = "";
    const handle = async (events: Iterable<ScanEvent>) => {
      for (const event of events) {
        if (event.kind === "comment" && /PostgreSQL database (cluster )?dump$/.test(event.text)) isDump = true;
        await this.take(event, source);
      }
    };
    for await (const chunk of source.bytes()) {
      this.carrier.parts.signal.throwIfAborted();
      await handle(scanner.push(chunk));
    }
    await handle(scanner.end());
    await this.rows.flush();
    if (isDump && !this.carrier.content.complete) {
      throw archiveErrors.cut({ path: source.path, where: "the line with which pg_dump ends is missing" });
    }
    // `supabase db dump` takes pg_dump's comments out of a schema, and ends each of its files with this.
    if (!isDump && this.carrier.parts.standIns !== null && !/^RESET ALL\b/i.test(this.last)) {
      throw archiveErrors.cut({
        path: source.path,
        where: "the RESET ALL with which `supabase db dump` ends is missing",
      });
    }
  }

  private async take(event: ScanEvent, source: SqlSource): Promise<void> {
    switch (event.kind) {
      case "comment":
        this.carrier.content.comment(event.text);
        return;
      case "command":
        this.refuseCommand(event.text, event.line, source.path);
        if (event.within !== null) throw this.noEnd(event.within, source.path);
        return;
      case "cut": {
        await this.rows.abandon();
        if (event.where === "statement") throw this.noEnd(event.line, source.path);
        throw archiveErrors.cut({ path: source.path, where: "it ends in the middle of a table's rows" });
      }
      case "rows":
        await this.rows.rows(event.rows);
        return;
      case "rows-end":
        await this.rows.endRows();
        return;
      case "statement":
        this.last = event.sql;
        await this.statement(event.sql, source.path);
    }
  }

  private noEnd(line: number, path: string): Error {
    return archiveErrors.cut({ path, where: `the statement on line ${line} has no end` });
  }

  private refuseCommand(text: string, line: number, path: string): void {
    if (/^\\(un)?restrict [A-Za-z0-9]+$/.test(text)) return;
    // pg_dump --create switches to the database that it has just made, once and before anything else.
    if (this.createdDatabase && /^\\connect /.test(text) && this.carrier.content.definitions.length === 0) {
      this.createdDatabase = false;
      return;
    }
    throw archiveErrors.command({ path, line, command: /^\\\w+|^\\./.exec(text)?.[0] ?? "\\" });
  }

  private async statement(sql: string, path: string): Promise<void> {
    const kind = kindOf(sql);
    if (kind !== "insert") await this.rows.flush();
    switch (kind) {
      case "copy-in":
        return this.rows.beginRows(sql);
      case "insert":
        return this.rows.insert(sql);
      case "setval":
        if (!this.carrier.content.setval(sql)) this.carrier.content.change(describe(sql));
        return this.carrier.run(sql, kind);
      case "setting":
        return this.setting(sql, path);
      case "authorization":
        this.authorization = headTokens(sql, 5).at(-2)?.value ?? null;
        if (/^\s*RESET|DEFAULT|NONE/i.test(sql)) this.authorization = null;
        return;
      case "large-object":
        this.carrier.content.largeObject(sql);
        return this.carrier.run(sql, kind);
      case "transaction":
        return this.carrier.run(sql, kind);
      case "owner":
      case "privileges":
      case "event-trigger":
        this.afterwards.defer(sql, kind, this.authorization);
        return;
      case "role":
        this.afterwards.defer(sql, kind, null);
        return;
      case "database":
        if (/^\s*CREATE\s+DATABASE/i.test(sql)) this.createdDatabase = true;
        this.carrier.notCovered.push({
          what: describe(sql),
          why: "it is about the database as a whole or the server, and the copy has its own",
        });
        return;
      case "subscription":
        this.carrier.notCovered.push({ what: describe(sql), why: "a copy must not connect to the publisher" });
        return this.carrier.leave(sql, "a copy must not connect to the publisher");
      case "change":
        this.carrier.content.change(describe(sql));
        return this.carrier.run(sql, kind);
      default:
        if (/^CREATE TABLE (IF NOT EXISTS )?"[a-z_]+"\."/.test(sql)) this.carrier.content.quotesAll = true;
        return this.define(sql, kind);
    }
  }

  private async setting(sql: string, path: string): Promise<void> {
    const encoding = /^\s*SET\s+client_encoding\s*(?:=|TO)\s*'?([\w-]+)/i.exec(sql)?.[1];
    if (encoding !== undefined) {
      if (!/^(utf-?8|unicode|sql_ascii)$/i.test(encoding)) throw archiveErrors.encoding({ path, encoding });
      return;
    }
    try {
      await this.carrier.parts.loader.statement(sql);
    } catch (error) {
      if (/default_tablespace/.test(sql) && sqlstateOf(error) !== "") {
        this.carrier.notCovered.push({
          what: "Tablespaces",
          why: "the throwaway server does not have them: all lies in the default one",
        });
        await this.carrier.parts.loader.query("SET default_tablespace = ''");
      } else this.carrier.failed("", error);
    }
  }

  /** Carries out a definition, which then counts as held by the archive. */
  private async define(sql: string, kind: StatementKind): Promise<void> {
    const beyond = this.carrier.otherServers.whyLeftOut(sql);
    if (beyond !== null) {
      if (/^\s*(?:CREATE|ALTER|IMPORT)\b/i.test(sql))
        this.carrier.notCovered.push({ what: describe(sql), why: beyond });
      return this.carrier.leave(sql, beyond);
    }
    const why = absentExtension(sql, this.carrier.parts.extensions);
    if (why !== null) {
      if (/^\s*CREATE\s+EXTENSION/i.test(sql))
        this.carrier.notCovered.push({ what: describe(sql).replace("CREATE EXTENSION", "Extension"), why });
      return this.carrier.leave(sql, why);
    }
    await this.carrier.run(sql, kind);
    this.carrier.keep(sql);
  }
}
