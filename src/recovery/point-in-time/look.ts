import { z } from "zod";
import { parseQualifiedName, quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { recoverySql } from "../sql.ts";
import { pointErrors } from "./errors.ts";

const keySql = recoverySql("point-in-time/primary-key");
const keyRow = z.object({ name: z.string(), column: z.string().nullable(), columns: z.int() });

/** A record that somebody wants to see. */
export interface LookRequest {
  readonly schema: string;
  readonly table: string;
  readonly key: string;
}

/** One record at one time, **with its values**: for the eyes of the person at this terminal, never for a log. */
export interface UnsafeSight {
  /** Null where there is no such record. */
  readonly unsafeRecord: Readonly<Record<string, string | null>> | null;
  /** Why it could not be looked at, such as that the table is not there. */
  readonly why: string | null;
}

/**
 * Reads `public.children:42`; without a schema, `public` is meant. A key may hold colons itself.
 *
 * @throws point.look_malformed
 */
export function parseLook(text: string): LookRequest {
  const [, name, key] = /^((?:"(?:[^"]|"")+"|[^":])+):(.+)$/s.exec(text) ?? [];
  if (name === undefined || key === undefined) {
    throw pointErrors.look_malformed({ text, why: "it has no colon with a key behind it" });
  }
  try {
    const { schema, name: table } = parseQualifiedName(/^("(""|[^"])+"|[^."]+)$/.test(name) ? `public.${name}` : name);
    return { schema, table, key };
  } catch (cause) {
    throw pointErrors.look_malformed({ text, why: `${name} is not the name of a table` }, { cause });
  }
}

/** Reads one record by its primary key. */
export async function unsafeLook(session: Session, { schema, table, key }: LookRequest): Promise<UnsafeSight> {
  const [row] = await session.query(keySql, [schema, table]);
  if (row === undefined) return { unsafeRecord: null, why: "the table is not there" };
  const { name, column, columns } = keyRow.parse(row);
  if (columns !== 1 || column === null) {
    return { unsafeRecord: null, why: "its primary key is not a single column" };
  }
  const [found] = await session.query<{ record: Record<string, string | null> }>(
    `SELECT (SELECT pg_catalog.json_object_agg(f.key, f.value) FROM pg_catalog.json_each_text(pg_catalog.row_to_json(t)) AS f) AS record
     FROM ${name} AS t WHERE t.${quoteIdentifier(column)}::text = $1`,
    [key],
  );
  return { unsafeRecord: found?.record ?? null, why: null };
}
