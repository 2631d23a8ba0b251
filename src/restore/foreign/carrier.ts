import { messageOf } from "../../base/errors.ts";
import type { CopySession } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { sqlstateOf } from "../outcome.ts";
import { faultOfConnection } from "../surroundings.ts";
import { ContentReader } from "./content.ts";
import type { ExtensionFacts } from "./extensions.ts";
import { makeMissingRole, roleFacts } from "./loader-role.ts";
import { OtherServers } from "./other-servers.ts";
import { fitForeignKey, type StandIns } from "./stand-ins.ts";
import { describe, isRemoval, type StatementKind } from "./statement.ts";
import { joinOwner, lacksPrivilege, mayBeRaised } from "./superuser-step.ts";

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

/** In an empty database there is nothing to take away. */
const isAbsent = /^(?:42P01|42704|42883|3F000)$/;

/** A longer list of errors helps nobody. */
const mostErrors = 500;
/** So many roles may a single statement lack. */
const mostAttempts = 20;

/** `PUBLICATION everything` for the statement that makes it and for the one that gives it away. */
export const objectOf = (sql: string) =>
  describe(sql)
    .replace(/^(?:CREATE|ALTER) /, "")
    .replace(/ (?:OWNER|OPTIONS)$/, "");

/** Carries out statements as the loader, mends what they lack, and keeps what went wrong. */
export class Carrier {
  readonly parts: LoadingParts;
  readonly content = new ContentReader();
  readonly otherServers = new OtherServers();
  readonly errors: { object: string; message: string }[] = [];
  readonly notCovered: { what: string; why: string }[] = [];
  /** What the superuser carried out. */
  readonly raised: string[] = [];
  /** What the superuser made, and keeps. */
  readonly superusers = new Set<string>();
  private readonly rolesMade = new Set<string>();
  private readonly joined = new Set<string>();

  constructor(parts: LoadingParts) {
    this.parts = parts;
  }

  /** Puts an error of the server into the ledger; a fault of the surroundings is thrown. */
  failed(object: string, error: unknown): void {
    const fault = faultOfConnection(error, this.parts.loader.target);
    if (fault !== null) throw fault;
    if (sqlstateOf(error) === "") throw error;
    if (this.errors.length < mostErrors) this.errors.push({ object, message: messageOf(error) });
  }

  /** A definition that was left out on purpose. */
  leave(sql: string, why: string): void {
    this.content.definitions.push({ sql, left: why });
  }

  /** A definition that was carried out, or should have been. */
  keep(sql: string): void {
    this.content.definitions.push({ sql, left: null });
  }

  /** Carries out one statement; what it comes to stands in the ledger. */
  async run(sql: string, kind: StatementKind): Promise<void> {
    const { loader, admin, standIns } = this.parts;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await loader.statement(sql);
        return;
      } catch (error) {
        const state = sqlstateOf(error);
        const again = attempt < mostAttempts && (await this.mended(error, state, sql));
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
  async mended(error: unknown, state: string, sql: string): Promise<boolean> {
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

  async makeRole(role: string): Promise<void> {
    this.rolesMade.add(role);
    if ((await roleFacts(this.parts.admin, role)) !== null) return;
    const about = await makeMissingRole(this.parts.admin, role);
    if (!this.notCovered.some(({ what }) => what === about.what)) this.notCovered.push(about);
  }

  /** Lets the loader act as a role, unless that role could reach beyond the database. */
  async join(role: string): Promise<void> {
    if (this.joined.has(role)) return;
    const { admin, loaderName } = this.parts;
    if ((await roleFacts(admin, role)) === null) await this.makeRole(role);
    if ((await roleFacts(admin, role))?.powerful !== false) return;
    await joinOwner(admin, loaderName, role);
    this.joined.add(role);
  }
}
