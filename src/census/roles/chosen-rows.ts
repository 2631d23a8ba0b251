import { quoteArray, quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import type { ChosenRows } from "../types.ts";
import { attemptAll } from "./attempt.ts";
import type { Belongings } from "./belongings.ts";
import { type AskedObject, keyArray, readFrom } from "./objects.ts";
import { isKeyed, type Keyed, type Reference } from "./references.ts";
import type { DecidingText } from "./steadiness.ts";
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
  readonly belongings: Belongings;
  readonly references: readonly Reference[];
  /** Rows of one table that are chosen at random for users. */
  readonly sample: number;
}

/** A table or view that rows are to be chosen for, and whose key names them. */
interface Wish {
  readonly object: Keyed;
  readonly name: string;
  readonly columns: readonly string[];
  readonly forRoles: boolean;
}

const isOver = (rows: number) => (object: AskedObject | undefined) => (object?.estimate ?? 0) > rows;

/** Tables of so many rows that users are asked about some of them only. */
export function largeTables(asked: readonly AskedObject[], sample: number): Keyed[] {
  return asked.filter(isOver(large * sample)).filter(isKeyed);
}

/** Pages that random rows come from, at least, so that they are not all neighbours. */
const randomPages = 40;

function randomSql(object: Keyed, most: number): string {
  // Twice as many rows as are wanted: how many a page has is only estimated.
  const share = 100 * Math.max(randomPages / Math.max(1, object.pages), (2 * most) / Math.max(1, object.estimate));
  return `SELECT ${keyArray(object)} AS key FROM ${readFrom(object)} AS o TABLESAMPLE pg_catalog.system (${Math.min(100, share)})
    ORDER BY pg_catalog.random() LIMIT ${most}`;
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

const distinct = (keys: readonly (readonly string[])[]) => [
  ...new Map(keys.map((key) => [JSON.stringify(key), key])).values(),
];

/** The rows of some tables: the users' own, where a way leads to any, and others at random. By the table's oid. */
async function drawRows(
  session: Session,
  tables: readonly Keyed[],
  { isVast, belongings, sample }: Pick<ChoiceOrder, "belongings" | "sample"> & { isVast(oid: number): boolean },
): Promise<Map<number, Pick<Choice, "rows" | "users">>> {
  const drawn = tables.filter(({ oid }) => belongings.has(oid) || isVast(oid));
  const selects = drawn.map((table) => randomSql(table, isVast(table.oid) ? rolesShare * sample : sample));
  const answers = await attemptAll<{ readonly key: readonly string[] }>(session, selects);
  return new Map(
    drawn.flatMap(({ oid }, place) => {
      const random = answers[place]?.map(({ key }) => key);
      if (random === undefined) return [];
      const own = belongings.get(oid)?.map(({ key }) => key);
      const users = own === undefined ? [] : distinct([...own, ...random.slice(0, sample)]);
      return [[oid, { rows: distinct([...users, ...random]), users: users.length }] as const];
    }),
  );
}

/**
 * Chooses the rows of large tables, and of views that stand on them, that users and roles are asked about. Of a table
 * that no way of foreign keys leads to from the users, nothing is chosen for them. Runs in a transaction that is open in the snapshot.
 *
 * @returns chosen rows by object
 */
export async function chooseRows(session: Session, order: ChoiceOrder): Promise<Map<string, Choice>> {
  const { sample, belongings, references } = order;
  const objects = new Map(order.objects.map((object) => [object.oid, object]));
  const definitions: Definitions = new Map(
    order.texts.filter(({ kind }) => kind === "view").map((text) => [text.oid, text] as const),
  );
  const isLarge = (oid: number) => isOver(large * sample)(objects.get(oid));
  const isVast = (oid: number) => isOver(vast * sample)(objects.get(oid));
  const tables = largeTables(order.asked, sample);
  const views = order.asked.filter(({ oid, kind }) => kind === "v" && [...standsOn(oid, definitions)].some(isLarge));
  if (tables.length + views.length === 0) return new Map();

  const wishes: Wish[] = tables.map((object) => ({
    object,
    name: object.qualified,
    columns: object.key.map(({ name }) => name),
    forRoles: isVast(object.oid),
  }));
  for (const view of views) {
    const candidates = (await viewOrigins(session, view.oid, definitions)).flatMap(({ name, from }) => {
      const by = from && keyedBy(from, objects, references);
      const column = view.columns.find((quoted) => quoted === name || quoted === quoteIdentifier(name));
      return column !== undefined && by && belongings.has(by.object.oid) ? [{ column, ...by }] : [];
    });
    const by = candidates.find(({ own }) => own) ?? candidates[0];
    const forRoles = [...standsOn(view.oid, definitions)].some(isVast);
    if (by !== undefined) wishes.push({ object: by.object, name: view.qualified, columns: [by.column], forRoles });
  }

  const wanted = new Map(wishes.map(({ object }) => [object.oid, object]));
  const rows = await drawRows(session, [...wanted.values()], { isVast, ...order });
  return new Map(
    wishes.flatMap(({ object, name, columns, forRoles }) => {
      const found = rows.get(object.oid);
      if (found === undefined || found.rows.length === 0) return [];
      return [[name, { columns, types: object.key.map(({ type }) => type), ...found, forRoles }] as const];
    }),
  );
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
  const arrays = types.map((type, place) => `${quoteArray(rows.map((row) => row[place] ?? ""))}::${type}[]`);
  if (columns.length === 1) return `o.${columns[0]} = ANY (${arrays[0]})`;
  const names = columns.map((column) => `o.${column}`).join(", ");
  const lists = arrays.map((array) => `pg_catalog.unnest(${array})`).join(", ");
  return `(${names}) IN (SELECT * FROM ROWS FROM (${lists}))`;
}
