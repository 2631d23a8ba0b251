import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { tableErrors } from "./errors.ts";
import type { KeepNewer } from "./types.ts";
import { live, type WorkTable } from "./work-table.ts";

/**
 * Takes changed rows off the list that say, by their own time, that they were changed after an instant: somebody has
 * worked on them since the damage. A row without a time is set back.
 *
 * @returns how many rows are kept
 * @throws table.bad_decision where production has no such column, or it holds no time
 */
export async function passOverNewer(
  session: Session,
  { shape, changes }: WorkTable,
  { column, than }: KeepNewer,
): Promise<number> {
  const type = shape.columns.find(({ name }) => name === column)?.type ?? "";
  if (!/^(timestamp|date)/.test(type)) {
    const why = type === "" ? `${shape.schema}.${shape.name} has no such column` : `${column} holds no time`;
    throw tableErrors.bad_decision({ option: "--keep-newer", value: column, why });
  }
  const [row] = await session.query<{ rows: number }>(
    `WITH kept AS (
       DELETE FROM ${changes} AS c USING ${shape.from} AS ${live}
        WHERE ${live}.ctid = c.live_place AND ${live}.tableoid = c.live_table AND c.change = 'changed'
          AND ${live}.${quoteIdentifier(column)}::timestamptz > $1::timestamptz RETURNING 1)
     SELECT count(*)::float8 AS rows FROM kept`,
    [than],
  );
  return row?.rows ?? 0;
}
