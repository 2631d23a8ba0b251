import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { searchable } from "../searchable.ts";
import { type Belongings, findBelongings, type OwnRow } from "./belongings.ts";
import { type AskedObject, keyArray, readFrom } from "./objects.ts";
import { isKeyed, type Keyed, listReferences, type Reference } from "./references.ts";
import type { DrawnUsers } from "./users.ts";

export interface UsersRowsOrder {
  readonly drawn: DrawnUsers;
  readonly objects: readonly AskedObject[];
  /** The users' table, qualified; null where there are none to ask. */
  readonly table: string | null;
  /** Columns of that name hold a user's key, wherever they are. */
  readonly userColumns: readonly string[];
  /** Tables of which users are asked about some rows only. Without any, nobody needs to know whose rows are whose. */
  readonly wanted: readonly Keyed[];
  /** Rows of one table that are chosen at random for users. */
  readonly sample: number;
}

/** Of each user's own rows a tenth of the random ones, and a few in any case. */
const ownRows = (sample: number) => Math.max(5, Math.ceil(sample / 10));

/** The users' own rows in their table. */
function usersThemselves(session: Session, users: Keyed, { drawn }: UsersRowsOrder): Promise<OwnRow[]> {
  const keys = drawn.users.map(({ user }) => user);
  const { key = "", key_type = "" } = drawn.from ?? {};
  const column = `o.${quoteIdentifier(key)}`;
  const matches = searchable.has(key_type)
    ? `${column} = ANY ($1::${key_type}[])`
    : `${column}::text = ANY ($1::text[])`;
  return session.query<OwnRow & Record<string, unknown>>(
    `SELECT pg_catalog.array_position($2::text[], ${column}::text) - 1 AS owner, ${keyArray(users)} AS key
     FROM ${readFrom(users)} AS o WHERE ${matches}`,
    [keys, keys],
  );
}

/** Where the drawn users' rows are, and how tables refer to each other. Runs in a transaction that is open in the snapshot. */
export async function usersRows(
  session: Session,
  order: UsersRowsOrder,
): Promise<{ belongings: Belongings; references: readonly Reference[] }> {
  const users = order.objects.find(({ qualified }) => qualified === order.table);
  if (order.wanted.length === 0 || !isKeyed(users)) return { belongings: new Map(), references: [] };
  const names = ["user_id", ...order.userColumns];
  const references = await listReferences(session, { oid: users.oid, key: order.drawn.from?.key ?? "", names });
  const ways = {
    objects: new Map(order.objects.map((object) => [object.oid, object])),
    references,
    wanted: new Set(order.wanted.map(({ oid }) => oid)),
  };
  const rows = await usersThemselves(session, users, order);
  return { references, belongings: await findBelongings(session, { ways, users, rows, most: ownRows(order.sample) }) };
}
