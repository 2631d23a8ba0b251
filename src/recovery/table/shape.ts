import { z } from "zod";
import { parseQualifiedName, type QualifiedName, qualifiedName, quoteIdentifier } from "../../postgres/quote.ts";
import { majorOf } from "../../postgres/server-facts.ts";
import { describeTarget } from "../../postgres/target.ts";
import type { Session } from "../../postgres/types.ts";
import { tableErrors } from "./errors.ts";
import { tableSql } from "./sql.ts";

const shapeSql = tableSql("shape");
const keysSql = tableSql("keys");
const othersSql = tableSql("other-uniques");
const alikeSql = tableSql("alike");

const columnRow = z.object({
  name: z.string(),
  type: z.string(),
  not_null: z.boolean(),
  has_default: z.boolean(),
  /** `s` stored, `v` virtual, empty where it is no generated column. */
  generated: z.string(),
  /** `a` always, `d` by default, empty where it is no identity column. */
  identity: z.string(),
});

const shapeRow = z.object({
  oid: z.string(),
  kind: z.string(),
  partition: z.boolean(),
  partly_foreign: z.boolean(),
  rls: z.boolean(),
  forced_rls: z.boolean(),
  owned: z.boolean(),
  may_read: z.boolean(),
  deferrable_unique: z.boolean(),
  columns: z.array(columnRow),
});

const keyRow = z.object({
  name: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string(), operator: z.string() })),
});

const otherRow = z.object({ name: z.string(), columns: z.array(z.string()).nullable() });

export type Column = z.output<typeof columnRow>;

/** What tells one row from another, with the operators that its index compares with. */
export type Key = z.output<typeof keyRow>;

/** A unique index besides the key; `columns` is null where it is about expressions or about some rows only. */
export type OtherUnique = z.output<typeof otherRow>;

/** A table as one database has it. */
export interface TableShape extends z.output<typeof shapeRow>, QualifiedName {
  /** Quoted, as SQL has it. */
  readonly sql: string;
  /** As `FROM` takes it, without the tables that inherit from it; a partitioned table stands for its partitions. */
  readonly from: string;
  /** Best first. */
  readonly keys: readonly Key[];
}

/** A name with both parts quoted. */
export function sqlName({ schema, name }: QualifiedName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/**
 * Reads what a table is.
 *
 * @param name as a person writes it, such as `public.children`
 * @returns null where the database has no such table
 * @throws table.not_a_table where it is a view, a foreign table or a partition
 */
export async function readShape(session: Session, name: string): Promise<TableShape | null> {
  const qualified = parseQualifiedName(name);
  const [row] = await session.query(shapeSql, [qualified.schema, qualified.name]);
  if (row === undefined) return null;
  const shape = shapeRow.parse(row);
  if (shape.partition) throw tableErrors.not_a_table({ table: name, what: "a partition of another table" });
  if (shape.kind !== "r" && shape.kind !== "p") {
    throw tableErrors.not_a_table({ table: name, what: "a view, a foreign table or a sequence" });
  }
  if (shape.partly_foreign) throw tableErrors.not_a_table({ table: name, what: "partly kept on another server" });
  const sql = sqlName(qualified);
  const keys = z.array(keyRow).parse(await session.query(keysSql, [shape.oid]));
  return { ...shape, ...qualified, sql, from: shape.kind === "p" ? sql : `ONLY ${sql}`, keys };
}

/** The same, where the table must be there. @throws table.no_table */
export async function requireShape(session: Session, name: string, which: string): Promise<TableShape> {
  const shape = await readShape(session, name);
  if (shape !== null) return shape;
  const { schema, name: bare } = parseQualifiedName(name);
  const found = await session.query<QualifiedName>(alikeSql, [schema, bare]);
  const alike = found.map((one) => qualifiedName(one.schema, one.name, majorOf(session.versionNum)));
  throw tableErrors.no_table({ table: name, where: `${which} (${describeTarget(session.target)})`, alike });
}

/** The unique indexes of a table besides its key. */
export async function otherUniques(session: Session, table: TableShape, key: Key | null): Promise<OtherUnique[]> {
  return z.array(otherRow).parse(await session.query(othersSql, [table.oid, key?.name ?? ""]));
}
