import { z } from "zod";
import { compareInventories } from "../../census/compare-inventory.ts";
import { readInventory } from "../../census/inventory.ts";
import { wholeScope } from "../../census/scope.ts";
import { reading } from "../../census/transaction.ts";
import type { Census, Difference, InventoryObject } from "../../census/types.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { readRoles } from "../../restore/roles-file.ts";
import { rolesIn } from "../../restore/some-roles.ts";
import { recoverySql } from "../sql.ts";
import type { BackupAtHand } from "./types.ts";

/*
 * Roles belong to a whole server. A recovery on production's own server makes those that are missing, which the restored
 * database needs, and leaves those that are there as they are: they serve production and other databases, and one that
 * was locked out after an attack must not come back by itself. A person decides about them.
 */

const unclaimedSql = recoverySql("full/unclaimed-roles");
const existingSql = recoverySql("full/existing-roles");
const names = z.array(z.object({ name: z.string() }));

/** Kinds of the inventory that are about the server's roles, among others. */
const kinds = ["role", "membership", "comment", "security-label", "parameter-grant"];

/** The role that an object of the inventory says something of, as SQL writes it; null where it is about no role. */
function roleOf({ kind, name, attributes }: InventoryObject): string | null {
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  if (kind === "role") return name;
  if (kind === "membership") return text(attributes.member);
  if (kind === "comment" && name.startsWith("role ")) return text(attributes.of);
  if (kind === "security-label" && name.includes(" ON role ")) return text(attributes.of);
  return null;
}

/** What is as the server has it, whatever the backup says. */
function leftAlone(now: readonly InventoryObject[], made: ReadonlySet<string>): (object: InventoryObject) => boolean {
  const quoted = new Set([...made].flatMap((name) => [name, quoteIdentifier(name)]));
  const existing = new Set(now.flatMap(({ kind, name }) => (kind === "role" && !quoted.has(name) ? [name] : [])));
  return (object) => {
    const role = roleOf(object);
    return object.kind === "parameter-grant" || (role !== null && existing.has(role));
  };
}

/**
 * What must be there after a recovery on production's own server: everything as in the backup, but roles that the server
 * had as they are. Whether the new ones may log in yet is not asked: they may when all else is verified.
 *
 * @param made the roles that the recovery made
 */
export function expectedOnServer(backup: Census, now: readonly InventoryObject[], made: ReadonlySet<string>): Census {
  const alone = leftAlone(now, made);
  const logins = new Map(now.flatMap((one) => (one.kind === "role" ? [[one.name, one.attributes.login]] : [])));
  const asMade = (object: InventoryObject): InventoryObject => {
    const login = object.kind === "role" ? logins.get(object.name) : undefined;
    return login === undefined ? object : { ...object, attributes: { ...object.attributes, login } };
  };
  const ours = backup.inventory.filter((object) => !alone(object)).map(asMade);
  return { ...backup, inventory: [...ours, ...now.filter(alone)] };
}

/** A difference for a person, without the values of settings, which may be secrets. */
function told({ kind, object, attribute, change, expected, actual }: Difference): string {
  const what = `${kind.replaceAll("-", " ")} ${object}`;
  if (change === "missing") return `${what} (not there now)`;
  if (change === "extra") return `${what} (not in the backup)`;
  const plain = typeof expected === "boolean" && typeof actual === "boolean";
  const values = plain ? `: ${expected ? "yes" : "no"} in the backup, ${actual ? "yes" : "no"} now` : "";
  return `${what} (${attribute.replaceAll("_", " ")}${values})`;
}

/** What a recovery on production's own server means for its roles. */
export interface RolesOnServer {
  /** Roles of the backup that the server has not. */
  readonly missing: readonly string[];
  /** The backup's roles that may log in. */
  readonly logins: readonly string[];
  /** What of existing roles is not as in the backup, as people read it. */
  readonly differing: readonly string[];
}

/** Compares a backup's roles with those of a server. Reads only. */
export async function compareRoles(session: Session, backup: BackupAtHand): Promise<RolesOnServer> {
  const wanted = rolesIn(await readRoles(backup.directory));
  const existing = new Set(names.parse(await session.query(existingSql, [wanted.names])).map(({ name }) => name));
  const missing = wanted.names.filter((name) => !existing.has(name));
  const now = (await reading(session, {}, () => readInventory(session, wholeScope, kinds))).objects;
  const alone = leftAlone(now, new Set());
  const { differences } = compareInventories(backup.census.inventory.filter(alone), now.filter(alone), {
    expectedVersion: backup.census.server_version_num,
    actualVersion: session.versionNum,
  });
  return { missing, logins: wanted.logins, differing: differences.map(told) };
}

/** Roles that a recovery made and nobody has taken over since. */
export async function unclaimed(admin: Session, made: readonly string[]): Promise<string[]> {
  if (made.length === 0) return [];
  return names.parse(await admin.query(unclaimedSql, [[...made]])).map(({ name }) => name);
}

/** Drops roles that a recovery made, but for those that somebody uses by now; gives those that are still there. */
export async function dropRoles(admin: Session, made: readonly string[]): Promise<string[]> {
  const ours = await unclaimed(admin, made);
  if (ours.length === 0) return [];
  try {
    // Together: one may have granted another.
    await admin.query(`DROP ROLE ${ours.map(quoteIdentifier).join(", ")}`);
    return [];
  } catch {
    const left: string[] = [];
    for (const role of ours) await admin.query(`DROP ROLE ${quoteIdentifier(role)}`).catch(() => left.push(role));
    return left;
  }
}

/** Lets roles that a recovery made log in, when the database has been verified. */
export async function letLogIn(admin: Session, logins: readonly string[]): Promise<void> {
  for (const role of await unclaimed(admin, logins)) await admin.query(`ALTER ROLE ${quoteIdentifier(role)} LOGIN`);
}
