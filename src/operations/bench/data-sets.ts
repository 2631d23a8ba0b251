import { readFileSync } from "node:fs";
import { connect } from "../../postgres/connect.ts";
import type { Target } from "../../postgres/types.ts";
import { loadInnerOdyssey } from "../load-fixture.ts";

/** A kind of database that is measured. */
export interface DataSet {
  readonly name: string;
  /** Whether its work lies in the number of its tables, which a parallel restore shares out. */
  readonly manyTables: boolean;
  /** Whether the plan of Inner Odyssey is proved; otherwise one that says nothing. */
  readonly planned: boolean;
  /** Fills an empty database; `scale` 1, 4 or 16 for so many times the rows. */
  fill(target: Target, scale: number, now: Date): Promise<void>;
}

const sql = (name: string) => readFileSync(new URL(`../../../sql/bench/${name}.sql`, import.meta.url), "utf8");

/** Fills a database by a file of SQL. */
function filledBy(name: string): DataSet["fill"] {
  const text = sql(name);
  return async (target, scale) => {
    await using session = await connect(target, { readOnly: false });
    await session.query("SELECT set_config('bench.scale', $1, false)", [String(scale)]);
    await session.query(text);
    await session.query("ANALYZE");
  };
}

const families = 1000;

export const dataSets: readonly DataSet[] = [
  {
    name: "inner-odyssey",
    manyTables: true,
    planned: true,
    fill: (target, scale, now) => loadInnerOdyssey(target, { families: families * scale, now }),
  },
  { name: "one-large-table", manyTables: false, planned: false, fill: filledBy("one-large-table") },
  { name: "many-references", manyTables: true, planned: false, fill: filledBy("many-references") },
  { name: "small-tables", manyTables: true, planned: false, fill: filledBy("small-tables") },
];
