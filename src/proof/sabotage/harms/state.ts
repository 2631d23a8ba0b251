import { canonical, lookUp } from "../../names.ts";
import type { Harm, SmallTable } from "../types.ts";

const sequenceBehind: Harm = {
  what: "a sequence stands elsewhere",
  family: "state",
  witness: { check: "sequences.equality" },
  *acts({ context, random }) {
    const { expected, copy } = context;
    for (const name of random.shuffled(Object.keys(copy.sequences))) {
      const source = lookUp(expected.sequences, name);
      const state = copy.sequences[name];
      // Of one that moved during the backup any value between may be right.
      if (source === undefined || state === undefined || source.before.last_value !== source.after.last_value) continue;
      const value = BigInt(state.after.last_value);
      // RESTART, unlike setval, is rolled back like everything else. It leaves the sequence as not yet called.
      const restart = value > 1n ? value - 1n : value + 1n;
      yield { object: name, sql: `ALTER SEQUENCE ${name} RESTART WITH ${restart}`, changesRows: false };
    }
  },
};

const largeObject: Harm = {
  what: "a byte of a large object is another",
  family: "state",
  witness: { check: "large_objects.equality" },
  *acts({ context, largeObjectsAreSmall, random }) {
    const count = context.copy.large_objects?.count ?? 0;
    if (count === 0 || context.expected.large_objects === null || !largeObjectsAreSmall) return;
    const sql = `WITH one AS MATERIALIZED (
        SELECT m.oid, pg_catalog.lo_get(m.oid, 0, 1) AS first FROM pg_catalog.pg_largeobject_metadata AS m
        ORDER BY m.oid OFFSET ${random.below(count)} LIMIT 1)
      SELECT pg_catalog.lo_put(one.oid, 0, CASE WHEN one.first = '\\x00' THEN '\\x01'::bytea ELSE '\\x00' END) FROM one`;
    yield { object: "large objects", sql, changesRows: true };
  },
};

const largeObjectGone: Harm = {
  what: "a large object is gone",
  family: "state",
  witness: { check: "large_objects.equality" },
  *acts({ context, largeObjectsAreSmall, random }) {
    const count = context.copy.large_objects?.count ?? 0;
    if (count === 0 || context.expected.large_objects === null || !largeObjectsAreSmall) return;
    const sql = `SELECT pg_catalog.lo_unlink(m.oid) FROM (
      SELECT oid FROM pg_catalog.pg_largeobject_metadata ORDER BY oid OFFSET ${random.below(count)} LIMIT 1) AS m`;
    yield { object: "large objects", sql, changesRows: true };
  },
};

/** Values that refer to nothing, by the type of the referring column. */
const danglingValues: Readonly<Record<string, string>> = {
  uuid: "gen_random_uuid()",
  smallint: "-32000",
  integer: "-2147480000",
  bigint: "-9223372036854770000",
  text: "'ithaca sabotage'",
};

/** The columns of a foreign key, from its definition; only keys of a single column are used here. */
const singleColumn = /^FOREIGN KEY \(("(?:[^"]|"")+"|[^",()]+)\) REFERENCES /;

const orphan: Harm = {
  what: "a row refers to one that is not there",
  family: "state",
  witness: { check: "constraints.foreign_keys" },
  *acts(ground) {
    const small = new Map<string, SmallTable>(ground.tables.map((table) => [canonical(table.name), table]));
    for (const { name, attributes } of ground.objects("constraint")) {
      if (attributes.type !== "foreign key" || attributes.validated !== true) continue;
      const table = [...small.values()].find((one) => name.endsWith(` ON ${one.name}`));
      const [, column] = singleColumn.exec(String(attributes.definition)) ?? [];
      const found = table?.columns.find((one) => one.name === column);
      const value = danglingValues[found?.type ?? ""];
      const [part] = table?.parts ?? [];
      if (table === undefined || found === undefined || value === undefined || part === undefined) continue;
      const sql = `UPDATE ONLY ${part.qualified} SET ${found.name} = ${value}
        WHERE ctid = (SELECT ctid FROM ONLY ${part.qualified} LIMIT 1) RETURNING 1`;
      yield { object: table.name, sql, changesRows: true };
    }
  },
};

/** Harms to what is neither a row nor a definition, or is both. */
export const stateHarms: readonly Harm[] = [sequenceBehind, largeObject, largeObjectGone, orphan];
