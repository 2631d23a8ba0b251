import type { Session } from "../../postgres/types.ts";
import { rolesSql } from "./sql.ts";
import type { DecidingText } from "./steadiness.ts";

const objectsSql = rolesSql("objects");
const textsSql = rolesSql("texts");
const rightsSql = rolesSql("rights");
const askedSql = rolesSql("asked-roles");

/** A table, partition root, view or materialized view. */
export interface AskedObject {
  readonly oid: number;
  readonly qualified: string;
  readonly schema: string;
  readonly kind: "r" | "p" | "v" | "m";
  readonly pages: number;
  /** Rows, roughly; 0 of a view. */
  readonly estimate: number;
  readonly inexact: boolean;
  /** Quoted, by name. */
  readonly columns: readonly string[];
  /** The primary key's columns, by name; null where there is none. */
  readonly key: readonly KeyColumn[] | null;
}

export interface KeyColumn {
  /** Quoted. */
  readonly name: string;
  readonly attribute: number;
  /** A domain's base type in a domain's place. */
  readonly type: string;
}

/** Quoted. */
export function keyNames({ key }: AskedObject): readonly string[] {
  return (key ?? []).map(({ name }) => name);
}

/** SQL for the key of the relation `o`, as an array of text in the order of its columns. */
export function keyArray({ key }: Pick<AskedObject, "key">): string {
  return `ARRAY[${(key ?? []).map(({ name }) => `o.${name}::text`).join(", ")}]`;
}

/** What stands behind FROM: a partitioned table has no rows but its partitions'; any other is read without its children. */
export function readFrom({ kind, qualified }: Pick<AskedObject, "kind" | "qualified">): string {
  return kind === "r" ? `ONLY ${qualified}` : qualified;
}

/** A role that exists. */
export interface AskedRole {
  readonly role: string;
  /** Whether this session may take its place. */
  readonly settable: boolean;
}

/** One right of a role to an object. */
export interface Right {
  readonly role: string;
  readonly oid: number;
  readonly privilege: "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "TRUNCATE";
  /** The columns that it is limited to, quoted; null where it is for all of them. */
  readonly columns: readonly string[] | null;
  readonly filtered: boolean;
}

type Row<T> = T & Record<string, unknown>;

export function listObjects(session: Session): Promise<AskedObject[]> {
  return session.query<Row<AskedObject>>(objectsSql);
}

export function listTexts(session: Session): Promise<DecidingText[]> {
  return session.query<Row<DecidingText>>(textsSql);
}

export function listRoles(session: Session, names: readonly string[]): Promise<AskedRole[]> {
  const privilege = session.versionNum >= 160_000 ? "SET" : "MEMBER";
  return session.query<Row<AskedRole>>(askedSql, [names, privilege]);
}

export function listRights(session: Session, roles: readonly string[], oids: readonly number[]): Promise<Right[]> {
  return session.query<Row<Right>>(rightsSql, [roles, oids]);
}
