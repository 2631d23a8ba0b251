import { z } from "zod";
import { quoteIdentifier, quoteLiteral } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { tableSql } from "./sql.ts";
import type { WorkTable } from "./work-table.ts";

const sequencesSql = tableSql("sequences");

const sequenceRow = z.object({ name: z.string(), column: z.string(), ascending: z.boolean() });

/** A sequence that would have given out numbers again which restored rows have. */
export interface SequenceMove {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

async function lastValue(session: Session, name: string): Promise<{ value: bigint; called: boolean } | null> {
  const [there] = await session.query<{ found: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass(${quoteLiteral(name)}) AND relkind = 'S') AS found`,
  );
  if (there?.found !== true) return null;
  const [row] = await session.query<{ value: string; called: boolean }>(
    `SELECT last_value::text AS value, is_called AS called FROM ${name}`,
  );
  return row === undefined ? null : { value: BigInt(row.value), called: row.called };
}

/**
 * Finds the sequences that must move on: to the highest number that restored rows bring, or to where the backup had them.
 * Never back.
 */
export async function planSequences(production: Session, backup: Session, work: WorkTable): Promise<SequenceMove[]> {
  const moves: SequenceMove[] = [];
  for (const { name, column, ascending } of z
    .array(sequenceRow)
    .parse(await production.query(sequencesSql, [work.shape.oid]))) {
    const [row] = await production.query<{ furthest: string | null }>(
      `SELECT ${ascending ? "max" : "min"}((a.row_after).${quoteIdentifier(column)})::text AS furthest FROM ${work.after} AS a`,
    );
    if (row?.furthest === null || row === undefined) continue;
    const now = await lastValue(production, name);
    const then = await lastValue(backup, name);
    const further = (a: bigint, b: bigint) => (ascending ? a > b : a < b);
    const candidates = [BigInt(row.furthest), ...(then?.called === true ? [then.value] : [])];
    const to = candidates.reduce((best, value) => (further(value, best) ? value : best));
    if (now === null || !(further(to, now.value) || (to === now.value && !now.called))) continue;
    moves.push({ name, from: now.called ? now.value.toString() : "unused", to: to.toString() });
  }
  return moves;
}

/**
 * Moves sequences on. A sequence belongs to no transaction: a move stays even if the rest is rolled back, and then leaves a
 * gap in numbers, which is harmless. The condition is asked again in the same statement, for those who take numbers now.
 */
export async function moveSequences(session: Session, moves: readonly SequenceMove[]): Promise<void> {
  for (const { name, from, to } of moves) {
    const behind = from === "unused" || BigInt(to) > BigInt(from) ? "<=" : ">=";
    await session.query(
      `SELECT pg_catalog.setval(${quoteLiteral(name)}::pg_catalog.regclass, ${to}, true) FROM ${name} WHERE last_value ${behind} ${to}`,
    );
  }
}
