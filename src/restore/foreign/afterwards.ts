import { messageOf } from "../../base/errors.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { sqlstateOf } from "../outcome.ts";
import { type Carrier, objectOf } from "./carrier.ts";
import { absentExtension } from "./extensions.ts";
import { roleFacts } from "./loader-role.ts";
import { describe, ownerOf, type StatementKind, withOwner } from "./statement.ts";
import { giveAway, lacksPrivilege, makeEventTrigger } from "./superuser-step.ts";

/** A statement that waits until everything else is there. */
interface Deferred {
  readonly sql: string;
  readonly kind: StatementKind;
  /** In whose name it is said; null = the owner's. */
  readonly as: string | null;
}

/** Owners, privileges and event triggers: they come last, when no code of the archive runs any more. */
export class Afterwards {
  private readonly carrier: Carrier;
  private deferred: Deferred[] = [];

  constructor(carrier: Carrier) {
    this.carrier = carrier;
  }

  defer(sql: string, kind: StatementKind, as: string | null): void {
    this.deferred.push({ sql, kind, as });
  }

  /** The statements about roles that came with the rest, taken out. */
  takeRoles(): string[] {
    const roles = this.deferred.filter(({ kind }) => kind === "role").map(({ sql }) => sql);
    this.deferred = this.deferred.filter(({ kind }) => kind !== "role");
    return roles;
  }

  /** Owners first, since privileges are granted in their names; event triggers last of all. */
  async finish(): Promise<void> {
    const ofKind = (kind: StatementKind) => this.deferred.filter((one) => one.kind === kind);
    const { loader } = this.carrier.parts;
    // A transaction that the archive began and did not end: the superuser would wait for its locks for ever.
    await loader.query("ROLLBACK");
    // A name must mean to the superuser what it meant to the loader, who was asked whether the object is its own.
    const [archives] = await loader.query<{ path: string }>("SELECT pg_catalog.current_setting('search_path') AS path");
    await loader.query("SET search_path = pg_catalog, pg_temp");
    for (const { sql } of ofKind("owner")) await this.giveOwner(sql);
    await loader.query("SELECT pg_catalog.set_config('search_path', $1, false)", [archives?.path]);
    for (const { sql, as } of ofKind("privileges")) await this.grant(sql, as);
    for (const { sql } of ofKind("event-trigger")) await this.eventTrigger(sql);
    this.summarise();
  }

  /** Why the object that a statement is about is not there: it was left out on purpose. */
  private whyLeftOut(sql: string): string | null {
    return this.carrier.otherServers.whyLeftOut(sql) ?? absentExtension(sql, this.carrier.parts.extensions);
  }

  private async giveOwner(sql: string): Promise<void> {
    const { admin, loader, loaderName } = this.carrier.parts;
    const owner = ownerOf(sql) ?? "";
    const why = this.whyLeftOut(sql);
    if (why !== null) return this.carrier.leave(sql, why);
    if (this.carrier.superusers.has(objectOf(sql)))
      return this.carrier.leave(sql, "owner: only a superuser may have it");
    if (owner === "pg_database_owner") {
      // The throwaway's owner is the loader, and schema public belongs to whoever owns the database.
      return this.carrier.leave(sql, "the schema belongs to the owner of the database already");
    }
    try {
      if ((await roleFacts(admin, owner)) === null) await this.carrier.makeRole(owner);
      const left = await giveAway(admin, loader, { asItIs: sql, toLoader: withOwner(sql, loaderName) }, owner);
      if (left !== null) return this.carrier.leave(sql, `owner: ${left}`);
      await this.carrier.join(owner);
      this.carrier.keep(sql);
    } catch (error) {
      this.carrier.keep(sql);
      // The sequence of a column goes with its table; the definitions are compared later.
      if (/^cannot change owner of sequence /.test(messageOf(error))) return;
      this.carrier.failed(describe(sql), error);
    }
  }

  private async grant(sql: string, as: string | null): Promise<void> {
    const { loader } = this.carrier.parts;
    const why = this.whyLeftOut(sql);
    if (why !== null) return this.carrier.leave(sql, why);
    const actor = as ?? /^\s*ALTER DEFAULT PRIVILEGES FOR ROLE ("(?:[^"]|"")+"|\S+)/i.exec(sql)?.[1] ?? null;
    if (actor !== null) await this.carrier.join(actor.replace(/^"(.*)"$/s, "$1").replaceAll('""', '"'));
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (as !== null) await loader.query(`SET ROLE ${quoteIdentifier(as)}`);
        const warnings = await loader.statement(sql);
        const partial = warnings.some((code) => code === "01007" || code === "01006");
        if (partial) this.carrier.leave(sql, "grant: what it is about belongs to the system or to an extension");
        else this.carrier.keep(sql);
        return;
      } catch (error) {
        const state = sqlstateOf(error);
        if (attempt < 20 && (await this.carrier.mended(error, state, sql))) continue;
        if (state === lacksPrivilege) {
          return this.carrier.leave(
            sql,
            "grant: what it is about belongs to the system, to an extension or to another role",
          );
        }
        this.carrier.keep(sql);
        return this.carrier.failed(describe(sql), error);
      } finally {
        if (as !== null) await loader.query("RESET ROLE");
      }
    }
  }

  private async eventTrigger(sql: string): Promise<void> {
    // In an empty database there is none to take away.
    if (/^\s*DROP/i.test(sql)) return;
    if (/^\s*ALTER/i.test(sql)) return this.carrier.leave(sql, "event trigger: it stays switched off");
    if (/^\s*COMMENT/i.test(sql)) {
      await this.carrier.parts.admin
        .statement(sql)
        .catch((error: unknown) => this.carrier.failed(describe(sql), error));
      this.carrier.keep(sql);
      return;
    }
    const why =
      "an event trigger runs as whoever changes a definition, a superuser included, so it was made and left switched off";
    try {
      await makeEventTrigger(this.carrier.parts.admin, sql);
      this.carrier.notCovered.push({ what: describe(sql).replace("CREATE EVENT TRIGGER", "Event trigger"), why });
      this.carrier.keep(sql);
    } catch (error) {
      this.carrier.keep(sql);
      this.carrier.failed(describe(sql), error);
    }
  }

  private summarise(): void {
    const count = (prefix: string) =>
      this.carrier.content.definitions.filter(({ left }) => left?.startsWith(prefix)).length;
    const [owners, grants] = [count("owner:"), count("grant:")];
    if (owners > 0) {
      const why = this.carrier.content.definitions.find(({ left }) => left?.startsWith("owner:"))?.left?.slice(7) ?? "";
      this.carrier.notCovered.push({ what: `Owners of ${owners} objects`, why: `they stayed with the loader: ${why}` });
    }
    if (grants > 0) {
      const why =
        "they are about objects of the system, of an extension or of another role, which an archive from elsewhere must not change";
      this.carrier.notCovered.push({ what: `${grants} statements about privileges`, why });
    }
    if (this.carrier.raised.length > 0) {
      const why =
        "the loader is no superuser; only statements of kinds that run no code of the archive are carried out so";
      this.carrier.notCovered.push({
        what: `Carried out by a superuser, apart from the load: ${[...new Set(this.carrier.raised)].join(", ")}`,
        why,
      });
    }
    for (const { schema, name, rows, left } of this.carrier.content.content.tables) {
      if (left !== null)
        this.carrier.notCovered.push({
          what: `${rows} rows of ${schema}.${name}`,
          why: `their extension was left out: ${left}`,
        });
    }
  }
}
