import type { Act, Ground, Harm, RowPart, SabotageColumn, SmallTable } from "../types.ts";

/** Rows from the beginning of a table that a harm may choose from: a deep OFFSET would read the whole table. */
const reach = 500;

/** A condition that picks one row of a part. */
function oneRow({ random }: Ground, { rows }: SmallTable, { qualified }: RowPart): string {
  return `ctid = (SELECT ctid FROM ONLY ${qualified} OFFSET ${random.below(Math.min(rows, reach))} LIMIT 1)`;
}

/** Every part of every small table. */
function* places(ground: Ground): Generator<{ table: SmallTable; part: RowPart }> {
  for (const table of ground.tables) for (const part of table.parts) yield { table, part };
}

function rowHarm(what: string, sql: (ground: Ground, table: SmallTable, part: RowPart) => string | null): Harm {
  return {
    what,
    family: "rows",
    witness: { check: "data.equality" },
    *acts(ground): Generator<Act> {
      for (const { table, part } of places(ground)) {
        const statement = sql(ground, table, part);
        if (statement !== null) yield { object: table.name, sql: statement, changesRows: true };
      }
    },
  };
}

/** New values by type, of which the text is never that of the old one; `$` stands for the column. */
interface ValueHarm {
  readonly what: string;
  readonly types: RegExp;
  readonly value: string;
  readonly nullable?: boolean;
  /** Which rows will do; those that have a value unless told otherwise. */
  readonly where?: string;
}

const values: readonly ValueHarm[] = [
  { what: "a letter more in a text", types: /^(text|character varying|citext)$/, value: "$ || 'x'" },
  { what: "a space more at the end of a text", types: /^(text|character varying|citext)$/, value: "$ || ' '" },
  { what: "an empty text where there was NULL", types: /^(text|character varying)$/, value: "''", where: "$ IS NULL" },
  { what: "NULL where there was a value", types: /./, value: "NULL", nullable: true },
  { what: "a number is one more", types: /^(smallint|integer|bigint|numeric|real|double precision)$/, value: "$ + 1" },
  { what: "a time is a microsecond later", types: /^(timestamp|time) /, value: "$ + interval '1 microsecond'" },
  { what: "a time is an hour earlier", types: /^timestamp /, value: "$ - interval '1 hour'" },
  { what: "a day is the next", types: /^date$/, value: "$ + 1" },
  { what: "a yes is a no", types: /^boolean$/, value: "NOT $" },
  { what: "another uuid", types: /^uuid$/, value: "gen_random_uuid()" },
  { what: "a document is another", types: /^jsonb$/, value: "jsonb_build_array($)" },
  { what: "a document is written otherwise", types: /^json$/, value: "(' ' || $::text)::json" },
  { what: "a byte more", types: /^bytea$/, value: "$ || '\\x00'::bytea" },
  { what: "an array has one element more", types: /\[\]$/, value: "array_append($, NULL)" },
];

function valueHarm({ what, types, value, nullable = false, where }: ValueHarm): Harm {
  return {
    what,
    family: "rows",
    witness: { check: "data.equality" },
    *acts(ground): Generator<Act> {
      for (const { table, part } of places(ground)) {
        const fitting = table.columns.filter((column) => types.test(column.type) && (!nullable || column.nullable));
        for (const { name } of ground.random.shuffled(fitting)) {
          const put = (text: string) => text.replaceAll("$", () => name);
          const [fresh, which] = [put(value), put(where ?? "$ IS NOT NULL")];
          // The text decides, as in the census: what reads the same was not harmed.
          const sql = `UPDATE ONLY ${part.qualified} SET ${name} = ${fresh}
            WHERE ctid = (SELECT ctid FROM ONLY ${part.qualified} WHERE ${which} LIMIT 1)
              AND (${fresh})::text IS DISTINCT FROM ${name}::text RETURNING 1`;
          yield { object: table.name, sql, changesRows: true };
        }
      }
    },
  };
}

/** New keys for a row that is put in a second time. */
const freshKeys: Readonly<Record<string, (column: string, part: string) => string>> = {
  uuid: () => "gen_random_uuid()",
  smallint: (column, part) => `(SELECT max(${column}) + 1 FROM ONLY ${part})`,
  integer: (column, part) => `(SELECT max(${column}) + 1 FROM ONLY ${part})`,
  bigint: (column, part) => `(SELECT max(${column}) + 1 FROM ONLY ${part})`,
};

function insertCopy(columns: readonly string[], expressions: readonly string[], { qualified }: RowPart, row: string) {
  return `INSERT INTO ${qualified} (${columns.join(", ")}) OVERRIDING SYSTEM VALUE
    SELECT ${expressions.join(", ")} FROM ONLY ${qualified} WHERE ${row} RETURNING 1`;
}

const names = (columns: readonly SabotageColumn[]) => columns.map(({ name }) => name);

/** Swapping keeps every single column as it was: only whole rows tell. Without a key both rows might be the same but for it. */
function swap({ random }: Ground, { columns, rows }: SmallTable, { qualified }: RowPart): string | null {
  if (rows < 2 || !columns.some(({ key }) => key)) return null;
  const [column] = random.shuffled(columns.filter(({ key }) => !key));
  if (column === undefined) return null;
  const { name } = column;
  const first = `(SELECT ctid FROM ONLY ${qualified} LIMIT 1)`;
  const other = `(SELECT o.ctid FROM ONLY ${qualified} AS o, ONLY ${qualified} AS f
    WHERE f.ctid = ${first} AND o.${name}::text IS DISTINCT FROM f.${name}::text LIMIT 1)`;
  return `UPDATE ONLY ${qualified} AS x SET ${name} = y.${name} FROM ONLY ${qualified} AS y
    WHERE (x.ctid = ${first} AND y.ctid = ${other}) OR (y.ctid = ${first} AND x.ctid = ${other}) RETURNING 1`;
}

/** Harms to rows. */
export const rowHarms: readonly Harm[] = [
  rowHarm(
    "a row is missing",
    (ground, table, part) => `DELETE FROM ONLY ${part.qualified} WHERE ${oneRow(ground, table, part)} RETURNING 1`,
  ),
  rowHarm("a row is there twice", (ground, table, part) => {
    const all = names(table.columns);
    return all.length === 0 ? null : insertCopy(all, all, part, oneRow(ground, table, part));
  }),
  rowHarm("there is a row too many", (ground, table, part) => {
    const keys = table.columns.filter(({ key }) => key);
    const fresh = keys.map(({ type }) => freshKeys[type]);
    if (keys.length !== 1 || fresh[0] === undefined) return null;
    const make = fresh[0];
    const expressions = table.columns.map(({ name, key }) => (key ? make(name, part.qualified) : name));
    return insertCopy(names(table.columns), expressions, part, oneRow(ground, table, part));
  }),
  rowHarm("two rows have swapped a value", swap),
  ...values.map(valueHarm),
];
