/** What a stream of plain SQL is made of. */
export type ScanEvent =
  | { readonly kind: "statement"; readonly sql: string; readonly line: number }
  /** Whole lines of the COPY that came last, with their line feeds. */
  | { readonly kind: "rows"; readonly rows: Buffer }
  | { readonly kind: "rows-end" }
  /** A line for psql itself, such as `\restrict` or `\!`. */
  | {
      readonly kind: "command";
      readonly text: string;
      readonly line: number;
      /** The line on which the statement began that it stands in the middle of; null where it stands alone. */
      readonly within: number | null;
    }
  /** A comment line between statements, without its dashes. */
  | { readonly kind: "comment"; readonly text: string }
  /** The text ended in the middle of something. */
  | { readonly kind: "cut"; readonly where: "statement" | "rows"; readonly line: number };
