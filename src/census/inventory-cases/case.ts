/** One change of the fixture sql/fixtures/inventory/objects.sql, and the differences that it must make, no more, no less. */
export interface Case {
  /** `$db` stands for the database's name. */
  readonly sql: string;
  /** `kind object: attribute`; `- kind object` is missing, `+ kind object` is extra, `(+3)` went with it. */
  readonly seen: readonly string[];
}

export const one = (sql: string, ...seen: readonly string[]): Case => ({ sql, seen });
