import { quoteIdentifier, quoteLiteral } from "../../postgres/quote.ts";
import type { Held } from "./reactions.ts";
import { dangling, orphaned, type Reference, refersTo } from "./references.ts";
import { list, live, sameKey, targetList, type WorkTable, writableColumns } from "./work-table.ts";

/** The names that one table's rows have in an undo script. */
export interface UndoNames {
  readonly work: WorkTable;
  /** Rows as the recovery left them, and as they were before; the first column says what became of them. */
  readonly after: string;
  readonly before: string;
}

/** What the first column of both tables is called. */
export const changeColumn = "ithaca_change";

const rowOf = (columns: readonly string[], alias: string) => `ROW(${list(columns, alias)})::text COLLATE "C"`;

/** A check that stops the script. The message names objects only. */
function demand(condition: string, otherwise: string): string {
  const body = `BEGIN IF NOT (${condition}) THEN RAISE EXCEPTION USING MESSAGE = ${quoteLiteral(otherwise)}; END IF; END`;
  return `DO ${quoteLiteral(body)};`;
}

/** The rows of a table, numbered among those that are alike. */
function twins(columns: readonly string[], source: string, places: string): string {
  return `(SELECT q.*, row_number() OVER (PARTITION BY q.t) AS twin FROM (SELECT ${places}${rowOf(columns, "r.")} AS t FROM ${source} AS r) AS q)`;
}

function asLeft({ work, after }: UndoNames): string {
  const { key, shape } = work;
  const columns = writableColumns(shape);
  const otherwise = `Rows of ${shape.sql} are not as the recovery left them: it never came to its end, was undone already, or others wrote them since. Nothing was changed.`;
  const gone =
    key === null
      ? `SELECT FROM ${twins(columns, after, "")} AS a LEFT JOIN ${twins(columns, shape.from, "")} AS l USING (t, twin) WHERE l.t IS NULL`
      : `SELECT FROM ${after} AS a WHERE NOT EXISTS (SELECT FROM ${shape.from} AS ${live} WHERE ${sameKey(key, `${live}.`, "a.")} AND ${rowOf(columns, `${live}.`)} = ${rowOf(columns, "a.")})`;
  return demand(`NOT EXISTS (${gone})`, otherwise);
}

/** Takes away the rows that the recovery left, all of them or those that it inserted. */
function takeAway({ work, after }: UndoNames, all: boolean): string {
  const { key, shape } = work;
  const columns = writableColumns(shape);
  const which = all ? "" : `a.${changeColumn} = 'inserted' AND `;
  if (key !== null) {
    return `DELETE FROM ${shape.from} AS ${live} USING ${after} AS a WHERE ${which}${sameKey(key, `${live}.`, "a.")};`;
  }
  return `DELETE FROM ${shape.from} AS ${live} USING ${twins(columns, shape.from, "r.tableoid AS relation, r.ctid AS place, ")} AS x JOIN ${twins(columns, after, "")} AS a USING (t, twin)
  WHERE ${live}.tableoid = x.relation AND ${live}.ctid = x.place;`;
}

function putBack({ work, before }: UndoNames, condition: string): string {
  const columns = writableColumns(work.shape);
  return `INSERT INTO ${work.shape.sql} ${targetList(columns)} OVERRIDING SYSTEM VALUE SELECT ${list(columns, "b.")} FROM ${before} AS b ${condition};`;
}

function setBack({ work, before }: UndoNames): string[] {
  const { key, shape } = work;
  if (key === null) return [];
  const fixed = new Set([
    ...key.columns.map(({ name }) => name),
    ...shape.columns.filter(({ identity }) => identity === "a").map(({ name }) => name),
  ]);
  const columns = writableColumns(shape).filter((name) => !fixed.has(name));
  if (columns.length === 0) return [];
  const set = columns.map((name) => `${quoteIdentifier(name)} = b.${quoteIdentifier(name)}`).join(", ");
  return [
    `UPDATE ${shape.from} AS ${live} SET ${set} FROM ${before} AS b WHERE b.${changeColumn} <> 'extra' AND ${sameKey(key, `${live}.`, "b.")};`,
  ];
}

/** Rows elsewhere that came to refer to what the undo takes away. */
function unreferred(names: UndoNames, references: readonly Reference[], held: Held): string[] {
  const { work, after } = names;
  return references
    .filter(({ parent, child, onDelete }) => {
      const cascades = onDelete !== "no action" && onDelete !== "restrict";
      return parent === work.shape.sql && child !== parent && held.how === "disabled" && cascades;
    })
    .map((key) => {
      const match = refersTo(
        key,
        (column) => `a.${quoteIdentifier(column)}`,
        (column) => `c.${quoteIdentifier(column)}`,
      );
      return demand(
        `NOT EXISTS (SELECT FROM ${key.child} AS c JOIN ${after} AS a ON a.${changeColumn} = 'inserted' AND ${match})`,
        `Rows of ${key.child} refer to rows of ${work.shape.sql} that the undo would take away. Nothing was changed.`,
      );
    });
}

/** The statements that undo what was written to one table. */
export function undoTable(names: UndoNames, references: readonly Reference[], held: Held): string[] {
  const { work } = names;
  const rewrites = held.how === "replica" || work.key === null;
  const steps = rewrites
    ? [takeAway(names, true), putBack(names, "")]
    : [takeAway(names, false), ...setBack(names), putBack(names, `WHERE b.${changeColumn} = 'extra'`)];
  return [asLeft(names), ...unreferred(names, references, held), ...steps];
}

/** The checks at the end: a foreign key that the undo breaks is somebody's row written since. */
export function undoReferences(all: readonly UndoNames[], references: readonly Reference[]): string[] {
  return references
    .filter(({ binding }) => binding)
    .flatMap((key) => {
      const child = all.find(({ work }) => work.shape.sql === key.child);
      const parent = all.find(({ work }) => work.shape.sql === key.parent);
      const otherwise = `The undo would leave rows of ${key.child} that refer to no row of ${key.parent} (${key.name}). Nothing was changed.`;
      const checks: string[] = [];
      if (child !== undefined) {
        const lost = dangling(key, (column) => `b.${quoteIdentifier(column)}`);
        checks.push(demand(`NOT EXISTS (SELECT FROM ${child.before} AS b WHERE ${lost})`, otherwise));
      }
      if (parent !== undefined) {
        const gone = { from: `${parent.after} AS a`, column: (column: string) => `a.${quoteIdentifier(column)}` };
        checks.push(demand(`NOT EXISTS (SELECT ${orphaned(key, gone)})`, otherwise));
      }
      return checks;
    });
}
