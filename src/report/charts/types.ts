export const chartNames = ["calendar", "objectives", "restore-time", "size"] as const;
export type ChartName = (typeof chartNames)[number];

/** A part of a vega-lite specification: plain data. */
export type Spec = Readonly<Record<string, unknown>>;

/** One chart of one database, before it is drawn. */
export interface Chart {
  readonly name: ChartName;
  readonly database: string;
  readonly title: string;
  /** What the picture shows, in words, for whoever does not see it. */
  readonly description: string;
  /** In vega-lite's grammar, in the colours of the light palette. */
  readonly spec: Spec;
  /** The same figures as a table; a row names the report that they are from. */
  readonly table: ChartTable;
}

export interface ChartTable {
  readonly head: readonly string[];
  readonly rows: readonly ChartRow[];
}

export interface ChartRow {
  readonly cells: readonly string[];
  /** Paths of the reports' markdown, as the reports name them. */
  readonly sources: readonly string[];
}
