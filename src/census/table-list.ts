import type { Session } from "../postgres/types.ts";
import type { HashedColumn } from "./column-hash.ts";
import { definitionsInScope, type Relation, rowsInScope } from "./relations.ts";
import { censusSql } from "./sql.ts";
import type { Scope, TableCensus } from "./types.ts";

/** Something that is read with one scan: a table by itself, or a leaf of a partitioned one. */
export interface Part {
  readonly oid: number;
  readonly qualified: string;
  /** Columns in the order of their names. */
  readonly hashed: readonly HashedColumn[];
  /** Columns of the primary key, quoted; null where there is none. */
  readonly key: readonly string[] | null;
  readonly bytes: number;
  /** Pages of a heap table; 0 where it cannot be read page by page. */
  readonly blocks: number;
  /** A WHERE clause as an extension wrote it, or nothing. */
  readonly condition: string;
  /** -1 where these rows are taken away from the sum. */
  readonly sign: 1 | -1;
}

/** One entry of the census' tables, and what has to be read for it. */
export interface ListedTable {
  readonly name: string;
  readonly kind: TableCensus["kind"];
  readonly parts: readonly Part[];
  /** False for a materialized view that was never filled: reading it would be an error. */
  readonly populated: boolean;
}

export interface TableList {
  readonly tables: readonly ListedTable[];
  readonly notCovered: readonly { readonly what: string; readonly why: string }[];
}

interface Measured {
  readonly oid: number;
  readonly hashed: readonly HashedColumn[];
  readonly key: readonly string[] | null;
  readonly bytes: number;
  readonly blocks: number;
}

const columnsSql = censusSql("columns");

/**
 * Where the rows of an extension's configuration table stand that a dump leaves to the extension. The name reads like
 * a table's, so that whoever takes names apart can take this one apart too.
 */
function extensionRowsName(relation: Relation): string {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  return `${quote(`rows of extension ${relation.extension}`)}.${quote(relation.qualified)}`;
}

/**
 * Turns the relations in scope into the tables of the census: partitioned tables stand for all their leaves, since a
 * restore may move rows between these; foreign tables are never read, also not as leaves.
 */
export async function listTables(session: Session, relations: readonly Relation[], scope: Scope): Promise<TableList> {
  const inScope = rowsInScope(scope);
  const stored = relations.filter((r) => "rm".includes(r.kind) && inScope(r));
  const foreign = relations.filter((r) => r.kind === "f" && definitionsInScope(scope)(r));
  const blind = stored.filter((r) => !r.readable);
  const readable = stored.filter((r) => r.readable);
  const oids = readable.map((r) => r.oid);
  const rows = oids.length === 0 ? [] : await session.query<Measured>(columnsSql, [oids]);
  const measured = new Map(rows.map((row) => [row.oid, row]));
  const part = (relation: Relation, condition = "", sign: 1 | -1 = 1): Part[] => {
    const found = measured.get(relation.oid);
    if (found === undefined) return [];
    const { oid, hashed, key, bytes, blocks } = found;
    return [{ oid, hashed, key, bytes, blocks, qualified: relation.qualified, condition, sign }];
  };

  const tables: ListedTable[] = [];
  const add = (name: string, kind: TableCensus["kind"], parts: readonly Part[], populated = true) =>
    tables.push({ name, kind, parts, populated });
  const leaves = Map.groupBy(readable, (relation) => relation.root);
  for (const relation of relations) {
    if (relation.kind === "p" && relation.root === relation.oid && inScope(relation)) {
      add(
        relation.qualified,
        "partitioned",
        (leaves.get(relation.oid) ?? []).flatMap((leaf) => part(leaf)),
      );
    }
  }
  for (const relation of readable) {
    if (relation.root !== relation.oid) continue;
    const { qualified, configuration, extension } = relation;
    if (relation.kind === "m") add(qualified, "matview", part(relation), relation.populated);
    else if (extension === null) add(qualified, "table", part(relation));
    else if (configuration === null) add(qualified, "extension-table", part(relation));
    else {
      add(qualified, "table", part(relation, configuration));
      if (configuration.trim() !== "") {
        add(extensionRowsName(relation), "extension-table", [...part(relation), ...part(relation, configuration, -1)]);
      }
    }
  }
  const notCovered = [
    ...foreign.map((relation) => ({
      what: `rows of foreign table ${relation.qualified}`,
      why: "they live on another server, and are neither read nor dumped",
    })),
    ...blind.map((relation) => ({
      what: `rows of ${relation.qualified}`,
      why: "the role may not read them, and a dump does not carry them: they belong to an extension",
    })),
  ];
  return { tables: tables.sort((a, b) => (a.name < b.name ? -1 : 1)), notCovered };
}
