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
 * as many at random. Roles without users are asked about the whole, unless it is vast: then about more rows at random.
 */

/** Rows of one table or view; the users' come first. */
export interface Choice extends ChosenRows {
  /** How many of the first rows users are asked about; 0 where they are asked about the whole. */
  readonly users: number;
  /** Whether roles without users are asked about these rows, and not about the whole. */
  readonly forRoles: boolean;
}

/** Tables of so many times the sample are large, and vast. */
const large = 10;
const vast = 50;
/** So many times the sample is chosen for roles without users. */
const rolesShare = 5;

/** What the report says of a sample of this size. */
export const sizes = (sample: number) => ({ large: large * sample, vast: vast * sample, roles: rolesShare * sample });

export interface ChoiceOrder {
  /** What somebody may read, and not simply read all of. */
  readonly asked: readonly AskedObject[];
  readonly objects: readonly AskedObject[];
  readonly texts: readonly DecidingText[];
  readonly drawn: DrawnUsers;
  /** The users' table, qualified; null where there are none to ask. */
  readonly table: string | null;
  /** Columns of that name hold a user's key, wherever they are. */
  readonly userColumns: readonly string[];
  /** Rows of one table that are chosen at random for users. */
  readonly sample: number;
}

/** Pages that random rows come from, at least, so that they are not all neighbours. */
const randomPages = 40;

/** Of each user's own rows a tenth of the random ones, and a few in any case. */
const ownRows = (sample: number) => Math.max(5, Math.ceil(sample / 10));

const keyText = ({ key }: Keyed) => `ARRAY[${key.map(({ name }) => `o.${name}::text`).join(", ")}]`;

async function randomRows(session: Session, object: Keyed, most: number): Promise<(readonly string[])[] | null> {
  // Twice as many rows as are wanted: how many a page has is only estimated.
  const share = 100 * Math.max(randomPages / Math.max(1, object.pages), (2 * most) / Math.max(1, object.estimate));
  const rows = await attempt(session, () =>
    session.query<{ key: string[] }>(
      `SELECT ${keyText(object)} AS key FROM ${readFrom(object)} AS o TABLESAMPLE pg_catalog.system ($1)
       ORDER BY pg_catalog.random() LIMIT $2`,
      [Math.min(100, share), most],
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

/** Where the users' rows are: by table's oid, and how tables refer to each other. */
async function usersWays(session: Session, order: ChoiceOrder, wanted: ReadonlySet<number>) {
  const users = order.objects.find(({ qualified }) => qualified === order.table);
  const nowhere = { belongings: new Map<number, OwnRow[]>(), references: [] as readonly Reference[] };
  if (wanted.size === 0 || !isKeyed(users)) return nowhere;
  const names = ["user_id", ...order.userColumns];
  const references = await listReferences(session, { oid: users.oid, key: order.drawn.from?.key ?? "", names });
  const rows = await usersRows(session, users, order);
  const objects = new Map(order.objects.map((object) => [object.oid, object]));
  const ways = { objects, references, wanted };
  return { references, belongings: await findBelongings(session, { ways, users, rows, most: ownRows(order.sample) }) };
}

const distinct = (keys: readonly (readonly string[])[]) => [
  ...new Map(keys.map((key) => [JSON.stringify(key), key])).values(),
];

/**
 * Chooses the rows of large tables, and of views that stand on them, that users and roles are asked about. Of a table
 * that no way of foreign keys leads to from the users, nothing is chosen for them. Runs in a transaction that is open in the snapshot.
 *
 * @returns chosen rows by object
 */
export async function chooseRows(session: Session, order: ChoiceOrder): Promise<Map<string, Choice>> {
  const { sample } = order;
  const objects = new Map(order.objects.map((object) => [object.oid, object]));
  const definitions: Definitions = new Map(
    order.texts.filter(({ kind }) => kind === "view").map((text) => [text.oid, text] as const),
  );
  const isOver = (times: number) => (oid: number) => (objects.get(oid)?.estimate ?? 0) > times * sample;
  const [isLarge, isVast] = [isOver(large), isOver(vast)];
  const tables = order.asked.filter(({ oid }) => isLarge(oid)).filter(isKeyed);
  const views = order.asked.filter(({ oid, kind }) => kind === "v" && [...standsOn(oid, definitions)].some(isLarge));
  const chosen = new Map<string, Choice>();
  if (tables.length + views.length === 0) return chosen;

  const { belongings, references } = await usersWays(session, order, new Set(tables.map(({ oid }) => oid)));
  const known = new Map<number, Pick<Choice, "rows" | "users"> | null>();
  const rowsOf = async (object: Keyed) => {
    const own = belongings.get(object.oid);
    if (own === undefined && !isVast(object.oid)) return null;
    const random = await randomRows(session, object, isVast(object.oid) ? rolesShare * sample : sample);
    if (random === null) return null;
    const users = own === undefined ? [] : distinct([...own.map(({ key }) => key), ...random.slice(0, sample)]);
    return { rows: distinct([...users, ...random]), users: users.length };
  };
  const choose = async (object: Keyed, name: string, columns: readonly string[], forRoles: boolean): Promise<void> => {
    if (!known.has(object.oid)) known.set(object.oid, await rowsOf(object));
    const found = known.get(object.oid) ?? null;
    if (found === null || found.rows.length === 0) return;
    chosen.set(name, { columns, types: object.key.map(({ type }) => type), ...found, forRoles });
  };
  for (const table of tables) {
    const columns = table.key.map(({ name }) => name);
    await choose(table, table.qualified, columns, isVast(table.oid));
  }
  for (const view of views) {
    const candidates = (await viewOrigins(session, view.oid, definitions)).flatMap(({ name, from }) => {
      const by = from && keyedBy(from, objects, references);
      const column = view.columns.find((quoted) => quoted === name || quoted === quoteIdentifier(name));
      return column !== undefined && by && belongings.has(by.object.oid) ? [{ column, ...by }] : [];
    });
    const by = candidates.find(({ own }) => own) ?? candidates[0];
    const onVast = [...standsOn(view.oid, definitions)].some(isVast);
    if (by !== undefined) await choose(by.object, view.qualified, [by.column], onVast);
  }
  return chosen;
}

/** The first rows of a choice. */
export function firstRows({ columns, types, rows }: ChosenRows, most: number): ChosenRows {
  return { columns, types, rows: rows.slice(0, most) };
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
