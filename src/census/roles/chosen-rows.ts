import { quoteIdentifier, quoteLiteral } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { searchable } from "../searchable.ts";
import type { ChosenRows } from "../types.ts";
import { attempt } from "./attempt.ts";
import { findBelongings, type OwnRow } from "./belongings.ts";
import { type AskedObject, readFrom } from "./objects.ts";
import { isKeyed, type Keyed, listReferences, type Reference } from "./references.ts";
import type { DecidingText } from "./steadiness.ts";
import type { DrawnUsers } from "./users.ts";
import { type Definitions, standsOn, viewOrigins } from "./view-origins.ts";

/*
 * A policy may call a function for every row of a table, for everybody who is asked: of a large table that takes longer
 * than to dump it. So users are asked about chosen rows of it: what belongs to any of them, as foreign keys have it, and
 * as many at random.
 */

export interface ChoiceOrder {
  /** What users may read, and not simply read all of. */
  readonly asked: readonly AskedObject[];
  readonly objects: readonly AskedObject[];
  readonly texts: readonly DecidingText[];
  readonly drawn: DrawnUsers;
  /** The users' table, qualified. */
  readonly table: string;
  /** Columns of that name hold a user's key, wherever they are. */
  readonly userColumns: readonly string[];
  /** Rows that are chosen at random of one table; no more than ten times as many are asked about one and all. */
  readonly sample: number;
}

/** Pages that random rows come from, so that they are not all neighbours. */
const randomPages = 40;

/** Of each user's own rows a tenth of the random ones, and a few in any case. */
const ownRows = (sample: number) => Math.max(5, Math.ceil(sample / 10));

const keyText = ({ key }: Keyed) => `ARRAY[${key.map(({ name }) => `o.${name}::text`).join(", ")}]`;

async function randomRows(session: Session, object: Keyed, sample: number): Promise<(readonly string[])[] | null> {
  const share = Math.min(100, (100 * randomPages) / Math.max(1, object.pages));
  const rows = await attempt(session, () =>
    session.query<{ key: string[] }>(
      `SELECT ${keyText(object)} AS key FROM ${readFrom(object)} AS o TABLESAMPLE pg_catalog.system ($1)
       ORDER BY pg_catalog.random() LIMIT $2`,
      [share, sample],
    ),
  );
  return rows?.map(({ key }) => key) ?? null;
}

async function usersRows(session: Session, users: Keyed, { drawn }: ChoiceOrder): Promise<OwnRow[]> {
  const keys = drawn.users.map(({ user }) => user);
  const { key = "", key_type = "" } = drawn.from ?? {};
  const column = `o.${quoteIdentifier(key)}`;
  const matches = searchable.has(key_type)
    ? `${column} = ANY ($1::${key_type}[])`
    : `${column}::text = ANY ($1::text[])`;
  return session.query<OwnRow & Record<string, unknown>>(
    `SELECT pg_catalog.array_position($2::text[], ${column}::text) - 1 AS owner, ${keyText(users)} AS key
     FROM ${readFrom(users)} AS o WHERE ${matches}`,
    [keys, keys],
  );
}

/** The table whose keys stand in a column: its own, or the one that it references. */
function keyedBy(
  from: { readonly relation: number; readonly attribute: number },
  objects: ReadonlyMap<number, AskedObject>,
  references: readonly Reference[],
): { readonly object: Keyed; readonly own: boolean } | null {
  const isKeyOf = (oid: number, attribute: number | undefined): Keyed | null => {
    const object = objects.get(oid);
    return isKeyed(object) && object.key.length === 1 && object.key[0]?.attribute === attribute ? object : null;
  };
  const self = isKeyOf(from.relation, from.attribute);
  if (self !== null) return { object: self, own: true };
  for (const { child, parent, child_attributes, parent_attributes } of references) {
    if (child !== from.relation || child_attributes.length !== 1 || child_attributes[0] !== from.attribute) continue;
    const parentObject = isKeyOf(parent, parent_attributes[0]);
    if (parentObject !== null) return { object: parentObject, own: false };
  }
  return null;
}

/**
 * Chooses the rows of large tables, and of views that stand on them, that users are asked about. A table that no way of
 * foreign keys leads to from the users is not there, and asked about as a whole. Runs in a transaction that is open in the snapshot.
 *
 * @returns chosen rows by object
 */
export async function chooseRows(session: Session, order: ChoiceOrder): Promise<Map<string, ChosenRows>> {
  const { sample, drawn } = order;
  const objects = new Map(order.objects.map((object) => [object.oid, object]));
  const definitions: Definitions = new Map(
    order.texts.filter(({ kind }) => kind === "view").map((text) => [text.oid, text] as const),
  );
  const isLarge = (oid: number) => (objects.get(oid)?.estimate ?? 0) > 10 * sample;
  const tables = order.asked.filter(({ oid }) => isLarge(oid)).filter(isKeyed);
  const views = order.asked.filter(({ oid, kind }) => kind === "v" && [...standsOn(oid, definitions)].some(isLarge));
  const users = order.objects.find(({ qualified }) => qualified === order.table);
  const chosen = new Map<string, ChosenRows>();
  if (tables.length + views.length === 0 || !isKeyed(users)) return chosen;

  const names = ["user_id", ...order.userColumns];
  const references = await listReferences(session, { oid: users.oid, key: drawn.from?.key ?? "", names });
  const rows = await usersRows(session, users, order);
  const ways = { objects, references, wanted: new Set(tables.map(({ oid }) => oid)) };
  const belongings = await findBelongings(session, { ways, users, rows, most: ownRows(sample) });
  const known = new Map<number, ChosenRows["rows"] | null>();
  const choose = async (object: Keyed, name: string, columns: readonly string[]): Promise<void> => {
    const own = belongings.get(object.oid);
    if (own === undefined) return;
    if (!known.has(object.oid)) {
      const random = await randomRows(session, object, sample);
      const all = random && [...own.map(({ key }) => key), ...random];
      known.set(object.oid, all && [...new Map(all.map((key) => [JSON.stringify(key), key])).values()]);
    }
    const rows = known.get(object.oid) ?? null;
    if (rows !== null) chosen.set(name, { columns, types: object.key.map(({ type }) => type), rows });
  };
  for (const table of tables) {
    await choose(
      table,
      table.qualified,
      table.key.map(({ name }) => name),
    );
  }
  for (const view of views) {
    const candidates = (await viewOrigins(session, view.oid, definitions)).flatMap(({ name, from }) => {
      const by = from && keyedBy(from, objects, references);
      const column = view.columns.find((quoted) => quoted === name || quoted === quoteIdentifier(name));
      return column !== undefined && by && belongings.has(by.object.oid) ? [{ column, ...by }] : [];
    });
    const by = candidates.find(({ own }) => own) ?? candidates[0];
    if (by !== undefined) await choose(by.object, view.qualified, [by.column]);
  }
  return chosen;
}

/**
 * SQL that holds for chosen rows of the relation `o`. An index finds them before a policy is asked; a list for one column
 * also finds its way into a view that groups by it.
 */
export function amongSql({ columns, types, rows }: ChosenRows): string {
  const arrays = types.map(
    (type, place) => `ARRAY[${rows.map((row) => quoteLiteral(row[place] ?? "")).join(", ")}]::${type}[]`,
  );
  if (columns.length === 1) return `o.${columns[0]} = ANY (${arrays[0]})`;
  const names = columns.map((column) => `o.${column}`).join(", ");
  const lists = arrays.map((array) => `pg_catalog.unnest(${array})`).join(", ");
  return `(${names}) IN (SELECT * FROM ROWS FROM (${lists}))`;
}
