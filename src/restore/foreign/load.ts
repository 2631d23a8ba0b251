import { stopwatch } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { CopyIn, CopySession } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { sqlstateOf } from "../outcome.ts";
import { faultOfConnection } from "../surroundings.ts";
import { ContentReader } from "./content.ts";
import { archiveErrors } from "./errors.ts";
import { absentExtension, type ExtensionFacts } from "./extensions.ts";
import { makeMissingRole, roleFacts } from "./loader-role.ts";
import type { LineSums } from "./row-sums.ts";
import { type ScanEvent, SqlScanner } from "./sql-scanner.ts";
import { fitForeignKey, type StandIns } from "./stand-ins.ts";
import { describe, headTokens, kindOf, ownerOf, rowsTarget, type StatementKind, withOwner } from "./statement.ts";
import { giveAway, joinOwner, lacksPrivilege, makeEventTrigger, mayBeRaised } from "./superuser-step.ts";
import type { SqlSource } from "./types.ts";

type NotCovered = { readonly what: string; readonly why: string };

export interface LoadingParts {
  /** The throwaway's superuser; carries out what is named in superuser-step.ts, and nothing else. */
  readonly admin: CopySession;
  readonly loader: CopySession;
  readonly loaderName: string;
  readonly extensions: ExtensionFacts;
  /** Null where the archive is a whole database. */
  readonly standIns: StandIns | null;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

/** What `pg_dump --clean` takes away first; in an empty database there is nothing to take. */
const isRemoval = /^\s*(?:DROP\b|ALTER\b[^;]*\bDROP (?:CONSTRAINT|DEFAULT|IDENTITY)\b)/i;
const isAbsent = /^(?:42P01|42704|42883|3F000)$/;

/** Foreign servers and what lies on them. */
const reachesOut = /^\s*(?:CREATE|ALTER) (?:SERVER|FOREIGN TABLE|USER MAPPING)\b|^\s*IMPORT FOREIGN SCHEMA\b/i;

/** INSERTs are sent together up to this many bytes. */
const batchBytes = 512 * 1024;
/** A longer list of errors helps nobody. */
const mostErrors = 500;

/** `PUBLICATION everything` for the statement that makes it and for the one that gives it away. */
const objectOf = (sql: string) =>
  describe(sql)
    .replace(/^(?:CREATE|ALTER) /, "")
    .replace(/ (?:OWNER|OPTIONS)$/, "");

/** Loads one archive, whatever its form, and keeps what it holds and what went wrong. */
export class Loading {
  readonly content = new ContentReader();
  readonly errors: { object: string; message: string }[] = [];
  readonly notCovered: NotCovered[] = [];
  readonly raised: string[] = [];
  readonly phases = { first: null as number | null, last: 0 };
  private readonly deferred: { sql: string; kind: StatementKind; as: string | null }[] = [];
  private readonly rolesMade = new Set<string>();
  private readonly joined = new Set<string>();
  /** What the superuser made, and keeps. */
  private readonly superusers = new Set<string>();
  private readonly seconds = stopwatch();
  private readonly parts: LoadingParts;
  private copy: { to: CopyIn | null; sums: LineSums; object: string } | null = null;
  private batch: { sql: string[]; bytes: number } = { sql: [], bytes: 0 };
  /** Who the archive wants to be at this point; null = whoever loads. */
  private authorization: string | null = null;
  private createdDatabase = false;

  constructor(parts: LoadingParts) {
    this.parts = parts;
  }

  /** Reads a source from beginning to end. */
  async load(source: SqlSource): Promise<void> {
    const scanner = new SqlScanner();
    let isDump = false;
    this.content.complete = false;
    const handle = async (events: Iterable<ScanEvent>) => {
      for (const event of events) {
        if (event.kind === "comment" && /PostgreSQL database (cluster )?dump$/.test(event.text)) isDump = true;
        await this.take(event, source);
      }
    };
    for await (const chunk of source.bytes()) {
      this.parts.signal.throwIfAborted();
      await handle(scanner.push(chunk));
    }
    await handle(scanner.end());
    await this.flush();
    if (isDump && !this.content.complete) {
      throw archiveErrors.cut({ path: source.path, where: "the line with which pg_dump ends is missing" });
    }
  }

  private async take(event: ScanEvent, source: SqlSource): Promise<void> {
    switch (event.kind) {
      case "comment":
        this.content.comment(event.text);
        return;
      case "command":
        this.refuseCommand(event.text, event.line, source.path);
        return;
      case "cut": {
        await this.copy?.to?.end().catch(() => {});
        const where =
          event.where === "rows"
            ? "it ends in the middle of a table's rows"
            : `the statement on line ${event.line} has no end`;
        throw archiveErrors.cut({ path: source.path, where });
      }
      case "rows":
        await this.rows(event.rows);
        return;
      case "rows-end":
        await this.endRows();
        return;
      case "statement":
        await this.statement(event.sql, source.path);
    }
  }

  private refuseCommand(text: string, line: number, path: string): void {
    if (/^\\(un)?restrict [A-Za-z0-9]+$/.test(text)) return;
    // pg_dump --create switches to the database that it has just made, once and before anything else.
    if (this.createdDatabase && /^\\connect /.test(text) && this.content.definitions.length === 0) {
      this.createdDatabase = false;
      return;
    }
    throw archiveErrors.command({ path, line, command: /^\\\w+|^\\./.exec(text)?.[0] ?? "\\" });
  }

  private async rows(rows: Buffer): Promise<void> {
    if (this.copy === null) return;
    this.copy.sums.push(rows);
    const { to } = this.copy;
    if (to === null) return;
    await to.write(rows).catch((error: unknown) => this.copyFailed(error));
  }

  private async endRows(): Promise<void> {
    const copy = this.copy;
    if (copy?.to) await copy.to.end().catch((error: unknown) => this.copyFailed(error));
    this.copy = null;
    this.phases.last = this.seconds();
  }

  private copyFailed(error: unknown): void {
    if (this.copy === null) return;
    this.copy.to = null;
    this.failed(this.copy.object, error);
  }

  private failed(object: string, error: unknown): void {
    const fault = faultOfConnection(error, this.parts.loader.target);
    if (fault !== null) throw fault;
    if (sqlstateOf(error) === "") throw error;
    if (this.errors.length < mostErrors) this.errors.push({ object, message: messageOf(error) });
  }

  private leave(sql: string, why: string): void {
    this.content.definitions.push({ sql, left: why });
  }

  private async statement(sql: string, path: string): Promise<void> {
    const kind = kindOf(sql);
    if (kind !== "insert") await this.flush();
    switch (kind) {
      case "copy-in":
        return this.beginRows(sql);
      case "insert":
        return this.insert(sql);
      case "setval":
        if (!this.content.setval(sql)) this.content.change(describe(sql));
        return this.run(sql, kind);
      case "setting":
        return this.setting(sql, path);
      case "authorization":
        this.authorization = headTokens(sql, 5).at(-2)?.value ?? null;
        if (/^\s*RESET|DEFAULT|NONE/i.test(sql)) this.authorization = null;
        return;
      case "large-object":
        this.content.largeObject(sql);
        return this.run(sql, kind);
      case "transaction":
        return this.run(sql, kind);
      case "owner":
      case "privileges":
      case "event-trigger":
        this.deferred.push({ sql, kind, as: this.authorization });
        return;
      case "role":
        this.deferred.push({ sql, kind, as: null });
        return;
      case "database":
        if (/^\s*CREATE\s+DATABASE/i.test(sql)) this.createdDatabase = true;
        this.notCovered.push({
          what: describe(sql),
          why: "it is about the database as a whole or the server, and the copy has its own",
        });
        return;
      case "subscription":
        this.notCovered.push({ what: describe(sql), why: "a copy must not connect to the publisher" });
        return this.leave(sql, "a copy must not connect to the publisher");
      case "change":
        this.content.change(describe(sql));
        return this.run(sql, kind);
      default:
        if (/^CREATE TABLE (IF NOT EXISTS )?"[a-z_]+"\."/.test(sql)) this.content.quotesAll = true;
        if (reachesOut.test(sql)) {
          const why = "it reaches other servers or files, which an archive from elsewhere must not";
          this.notCovered.push({ what: describe(sql), why });
          return this.leave(sql, why);
        }
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
      await this.parts.loader.statement(sql);
    } catch (error) {
      if (/default_tablespace/.test(sql) && sqlstateOf(error) !== "") {
        this.notCovered.push({
          what: "Tablespaces",
          why: "the throwaway server does not have them: all lies in the default one",
        });
        await this.parts.loader.query("SET default_tablespace = ''");
      } else this.failed("", error);
    }
  }

  private async beginRows(sql: string): Promise<void> {
    const target = rowsTarget(sql);
    const object = describe(sql);
    this.phases.first ??= this.seconds();
    if (target === null) {
      this.failed(
        object,
        Object.assign(new Error("COPY into something that is no qualified table"), { code: "0A000" }),
      );
      this.copy = { to: null, sums: this.content.rowsOf({ schema: "", name: object, columns: null }, "copy"), object };
      return;
    }
    this.parts.note(`${target.schema}.${target.name}`);
    const sums = this.content.rowsOf(target, "copy");
    const left = await this.whyNoTable(target.schema, target.name);
    if (left !== null) {
      this.content.leaveRows(target, left);
      this.copy = { to: null, sums, object };
      return;
    }
    this.copy = { to: this.parts.loader.copyIn(sql.replace(/;\s*$/, "")), sums, object };
  }

  /** Why rows have no table on the copy, where that is on purpose. */
  private async whyNoTable(schema: string, name: string): Promise<string | null> {
    const why = this.parts.extensions.schemasLeftOut.get(schema);
    if (why === undefined) return null;
    const [row] = await this.parts.loader.query<{ found: boolean }>(
      "SELECT pg_catalog.to_regclass($1) IS NOT NULL AS found",
      [`${quoteIdentifier(schema)}.${quoteIdentifier(name)}`],
    );
    return row?.found === true ? null : why;
  }

  private async insert(sql: string): Promise<void> {
    const target = rowsTarget(sql);
    this.phases.first ??= this.seconds();
    if (target === null) this.content.change(describe(sql));
    else this.content.rowsOf(target, "insert");
    this.batch.sql.push(sql);
    this.batch.bytes += sql.length;
    if (this.batch.bytes > batchBytes) await this.flush();
  }

  /** Sends the INSERTs that wait. One that fails takes its batch with it: then each is sent alone. */
  private async flush(): Promise<void> {
    const { sql } = this.batch;
    if (sql.length === 0) return;
    this.batch = { sql: [], bytes: 0 };
    try {
      await this.parts.loader.query(sql.join("\n"));
    } catch (error) {
      const fault = faultOfConnection(error, this.parts.loader.target);
      if (fault !== null) throw fault;
      for (const one of sql) await this.run(one, "insert");
    }
    this.phases.last = this.seconds();
  }

  /** Carries out a definition, which then counts as held by the archive. */
  private async define(sql: string, kind: StatementKind): Promise<void> {
    const why = absentExtension(sql, this.parts.extensions);
    if (why !== null) {
      if (/^\s*CREATE\s+EXTENSION/i.test(sql))
        this.notCovered.push({ what: describe(sql).replace("CREATE EXTENSION", "Extension"), why });
      return this.leave(sql, why);
    }
    await this.run(sql, kind);
    this.content.definitions.push({ sql, left: null });
  }

  private async run(sql: string, kind: StatementKind): Promise<void> {
    const { loader, admin, standIns } = this.parts;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await loader.statement(sql);
        return;
      } catch (error) {
        const state = sqlstateOf(error);
        const again = attempt < 20 && (await this.mended(error, state, sql));
        if (again) continue;
        if (standIns !== null && attempt === 1 && /^(42830|42804|42P01|42703)$/.test(state)) {
          if (await fitForeignKey(loader, sql, standIns)) continue;
        }
        if (state === lacksPrivilege && mayBeRaised(sql, kind)) {
          try {
            await admin.statement(sql);
            this.raised.push(describe(sql));
            this.superusers.add(objectOf(sql));
          } catch (refused) {
            this.failed(describe(sql), refused);
          }
          return;
        }
        if (isRemoval.test(sql) && isAbsent.test(state)) return;
        if (state === "42P06" && /^\s*CREATE SCHEMA "?public"?;/i.test(sql)) return;
        this.failed(describe(sql), error);
        return;
      }
    }
  }

  /** Makes what a statement lacked, where that is a role or an extension's schema. */
  private async mended(error: unknown, state: string, sql: string): Promise<boolean> {
    const { admin, loader, standIns } = this.parts;
    const role = state === "42704" ? /^role "(.+)" does not exist$/.exec(messageOf(error))?.[1] : undefined;
    if (role !== undefined && !this.rolesMade.has(role)) {
      await this.makeRole(role);
      return true;
    }
    const schema = state === "3F000" ? /^schema "(.+)" does not exist$/.exec(messageOf(error))?.[1] : undefined;
    if (schema === undefined || standIns === null || !/^\s*CREATE EXTENSION/i.test(sql)) return false;
    await loader.query(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
    standIns.schemas.add(schema);
    return admin.versionNum > 0;
  }

  private async makeRole(role: string): Promise<void> {
    this.rolesMade.add(role);
    if ((await roleFacts(this.parts.admin, role)) !== null) return;
    const about = await makeMissingRole(this.parts.admin, role);
    if (!this.notCovered.some(({ what }) => what === about.what)) this.notCovered.push(about);
  }

  /** Seconds since the load began. */
  elapsed(): number {
    return this.seconds();
  }

  /** The statements about roles that came with the rest, taken out. */
  takeRoles(): string[] {
    const roles = this.deferred.filter(({ kind }) => kind === "role").map(({ sql }) => sql);
    const rest = this.deferred.filter(({ kind }) => kind !== "role");
    this.deferred.splice(0, this.deferred.length, ...rest);
    return roles;
  }

  /** Owners, privileges and event triggers, in this order, when everything else is there. */
  async finish(): Promise<void> {
    const ofKind = (kind: StatementKind) => this.deferred.filter((one) => one.kind === kind);
    for (const { sql } of ofKind("owner")) await this.giveOwner(sql);
    for (const { sql, as } of ofKind("privileges")) await this.grant(sql, as);
    for (const { sql } of ofKind("event-trigger")) await this.eventTrigger(sql);
    this.summarise();
  }

  /** Lets the loader act as a role, unless that role could reach beyond the database. */
  private async join(role: string): Promise<void> {
    if (this.joined.has(role)) return;
    const { admin, loaderName } = this.parts;
    if ((await roleFacts(admin, role)) === null) await this.makeRole(role);
    if ((await roleFacts(admin, role))?.powerful !== false) return;
    await joinOwner(admin, loaderName, role);
    this.joined.add(role);
  }

  private async giveOwner(sql: string): Promise<void> {
    const { admin, loader, loaderName } = this.parts;
    const owner = ownerOf(sql) ?? "";
    const why = absentExtension(sql, this.parts.extensions);
    if (why !== null) return this.leave(sql, why);
    if (this.superusers.has(objectOf(sql))) return this.leave(sql, "owner: only a superuser may have it");
    if (owner === "pg_database_owner") {
      // The throwaway's owner is the loader, and schema public belongs to whoever owns the database.
      return this.leave(sql, "the schema belongs to the owner of the database already");
    }
    try {
      if ((await roleFacts(admin, owner)) === null) await this.makeRole(owner);
      const left = await giveAway(admin, loader, { asItIs: sql, toLoader: withOwner(sql, loaderName) }, owner);
      if (left !== null) return this.leave(sql, `owner: ${left}`);
      await this.join(owner);
      this.content.definitions.push({ sql, left: null });
    } catch (error) {
      this.content.definitions.push({ sql, left: null });
      // The sequence of a column goes with its table; the definitions are compared later.
      if (/^cannot change owner of sequence /.test(messageOf(error))) return;
      this.failed(describe(sql), error);
    }
  }

  private async grant(sql: string, as: string | null): Promise<void> {
    const { loader } = this.parts;
    const why = absentExtension(sql, this.parts.extensions);
    if (why !== null) return this.leave(sql, why);
    const actor = as ?? /^\s*ALTER DEFAULT PRIVILEGES FOR ROLE ("(?:[^"]|"")+"|\S+)/i.exec(sql)?.[1] ?? null;
    if (actor !== null) await this.join(actor.replace(/^"(.*)"$/s, "$1").replaceAll('""', '"'));
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (as !== null) await loader.query(`SET ROLE ${quoteIdentifier(as)}`);
        const warnings = await loader.statement(sql);
        const partial = warnings.some((code) => code === "01007" || code === "01006");
        if (partial) this.leave(sql, "grant: what it is about belongs to the system or to an extension");
        else this.content.definitions.push({ sql, left: null });
        return;
      } catch (error) {
        const state = sqlstateOf(error);
        if (attempt < 20 && (await this.mended(error, state, sql))) continue;
        if (state === lacksPrivilege) {
          return this.leave(sql, "grant: what it is about belongs to the system, to an extension or to another role");
        }
        this.content.definitions.push({ sql, left: null });
        return this.failed(describe(sql), error);
      } finally {
        if (as !== null) await loader.query("RESET ROLE");
      }
    }
  }

  private async eventTrigger(sql: string): Promise<void> {
    if (/^\s*ALTER/i.test(sql)) return this.leave(sql, "event trigger: it stays switched off");
    if (/^\s*COMMENT/i.test(sql)) {
      await this.parts.admin.statement(sql).catch((error: unknown) => this.failed(describe(sql), error));
      this.content.definitions.push({ sql, left: null });
      return;
    }
    const why =
      "an event trigger runs as whoever changes a definition, a superuser included, so it was made and left switched off";
    try {
      await makeEventTrigger(this.parts.admin, sql);
      this.notCovered.push({ what: describe(sql).replace("CREATE EVENT TRIGGER", "Event trigger"), why });
      this.content.definitions.push({ sql, left: null });
    } catch (error) {
      this.content.definitions.push({ sql, left: null });
      this.failed(describe(sql), error);
    }
  }

  private summarise(): void {
    const count = (prefix: string) => this.content.definitions.filter(({ left }) => left?.startsWith(prefix)).length;
    const [owners, grants] = [count("owner:"), count("grant:")];
    if (owners > 0) {
      const why = this.content.definitions.find(({ left }) => left?.startsWith("owner:"))?.left?.slice(7) ?? "";
      this.notCovered.push({ what: `Owners of ${owners} objects`, why: `they stayed with the loader: ${why}` });
    }
    if (grants > 0) {
      const why =
        "they are about objects of the system, of an extension or of another role, which an archive from elsewhere must not change";
      this.notCovered.push({ what: `${grants} statements about privileges`, why });
    }
    if (this.raised.length > 0) {
      const why =
        "the loader is no superuser; only statements of kinds that run no code of the archive are carried out so";
      this.notCovered.push({
        what: `Carried out by a superuser, apart from the load: ${[...new Set(this.raised)].join(", ")}`,
        why,
      });
    }
    for (const { schema, name, rows, left } of this.content.content.tables) {
      if (left !== null)
        this.notCovered.push({
          what: `${rows} rows of ${schema}.${name}`,
          why: `their extension was left out: ${left}`,
        });
    }
  }
}
