import type { InventoryObject } from "../../census/types.ts";
import type { Session } from "../../postgres/types.ts";
import type { ProofContext } from "../types.ts";
import type { Random } from "./random.ts";

/** What an act of sabotage does to one object. */
export interface Act {
  /** The object as the finding must name it, such as `policy own ON public.children`. */
  readonly object: string;
  /**
   * One statement. One that changes rows gives a row back for each, and only where the text of the row is then another:
   * without any, nothing was harmed and the act does not count.
   */
  readonly sql: string;
  readonly changesRows: boolean;
}

/** Part of a table that holds rows: the table itself, or one leaf of a partitioned one. */
export interface RowPart {
  readonly oid: number;
  readonly qualified: string;
}

/** A column that can be written. */
export interface SabotageColumn {
  readonly oid: number;
  /** Quoted where SQL needs it. */
  readonly name: string;
  /** As PostgreSQL names it, without length or scale; of a domain, the base type. */
  readonly type: string;
  readonly nullable: boolean;
  /** Part of the primary key. */
  readonly key: boolean;
}

/** A table that is small enough to be hashed again for every harm. */
export interface SmallTable {
  /** As the census names it. */
  readonly name: string;
  readonly rows: number;
  readonly parts: readonly RowPart[];
  readonly columns: readonly SabotageColumn[];
}

/** What can be harmed on a copy. */
export interface Ground {
  readonly context: ProofContext;
  /** The connection of the sabotage; what reads through it may open transactions of its own. */
  readonly session: Session;
  readonly random: Random;
  /** Objects of a kind that are on the copy as they are on the source, in another order for every backup. */
  objects(kind: string): Iterable<InventoryObject>;
  /** Smallest part of the data first in bytes, in another order for every backup. */
  readonly tables: readonly SmallTable[];
  /** Whether hashing all large objects again is cheap. */
  readonly largeObjectsAreSmall: boolean;
}

/** Which check must see a harm, and what of the copy has to be read again for it. */
export type Witness =
  | { readonly check: "data.equality" | "sequences.equality" | "large_objects.equality" | "constraints.foreign_keys" }
  | { readonly check: "definitions.equality"; readonly kinds: readonly string[] };

/** One kind of harm. A new one joins as a row of `harms/`. */
export interface Harm {
  /** For people: `a policy lets everything through`. */
  readonly what: string;
  readonly family: "rows" | "security" | "structure" | "state";
  readonly witness: Witness;
  /** The ways to do it on this copy, to be tried one after the other until the database lets one through. */
  acts(ground: Ground): Iterable<Act>;
}
