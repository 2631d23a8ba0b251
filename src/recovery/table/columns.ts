import type { Column, Key, TableShape } from "./shape.ts";

/** What a person has decided about columns that are not the same in the backup and in production. */
export interface ColumnDecisions {
  /** Columns that were renamed since: name in the backup to name in production. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Columns of the backup whose values are given up. */
  readonly left: ReadonlySet<string>;
  /** Columns, by their name in production, whose values are read as the new type takes them. */
  readonly retyped: ReadonlySet<string>;
}

export const noDecisions: ColumnDecisions = { renamed: new Map(), left: new Set(), retyped: new Set() };

/** A column whose values go from the backup to production. */
export interface ColumnPair {
  readonly live: string;
  readonly backup: string;
}

/** Which columns are compared and brought back. */
export interface ColumnMapping {
  /** In the order of production. */
  readonly pairs: readonly ColumnPair[];
  /** Columns of production that the backup does not know, and that are not computed: they keep their values. */
  readonly added: readonly string[];
  /** Sentences for the preview. */
  readonly notes: readonly string[];
  /** Sentences that say why nothing can be done yet; empty where all is clear. */
  readonly problems: readonly string[];
}

const isWritable = ({ generated }: Column) => generated === "";

/** The one column that a vanished one may have become, for a hint. */
function renamedTo(gone: Column, added: readonly Column[]): string {
  const alike = added.filter(({ type }) => type === gone.type);
  return alike.length === 1 && alike[0] !== undefined
    ? `, or if it is called ${alike[0].name} now, say --map ${gone.name}=${alike[0].name}`
    : ", or if it was renamed, say --map old=new";
}

/**
 * Matches the columns of a table in the backup with those in production, by name. What is not the same needs a decision:
 * nothing is guessed, since a wrong guess writes wrong rows.
 */
export function matchColumns(
  backup: Pick<TableShape, "columns">,
  live: Pick<TableShape, "columns">,
  decisions: ColumnDecisions = noDecisions,
): ColumnMapping {
  const problems: string[] = [];
  const notes: string[] = [];
  const byName = new Map(live.columns.map((column) => [column.name, column]));
  const taken = new Map<string, Column>();
  const unmatched: Column[] = [];
  const backupNames = new Set(backup.columns.map(({ name }) => name));
  for (const name of [...decisions.renamed.keys(), ...decisions.left]) {
    if (!backupNames.has(name)) problems.push(`the backup has no column ${name}`);
  }
  for (const name of [...decisions.renamed.values(), ...decisions.retyped]) {
    if (!byName.has(name)) problems.push(`production has no column ${name}`);
  }
  for (const column of backup.columns) {
    if (decisions.left.has(column.name)) {
      notes.push(`the values of the backup's column ${column.name} are given up, as was asked for`);
      continue;
    }
    const target = byName.get(decisions.renamed.get(column.name) ?? column.name);
    if (target === undefined) unmatched.push(column);
    else if (!isWritable(target)) notes.push(`${target.name} is computed by production itself`);
    else if (taken.has(target.name)) problems.push(`two columns of the backup would become ${target.name}`);
    else taken.set(target.name, column);
  }
  const fresh = live.columns.filter((column) => isWritable(column) && !taken.has(column.name));
  for (const column of unmatched) {
    // Production computed it when the backup was taken, and no longer has it: nothing that a person wrote is lost.
    if (column.generated !== "") continue;
    problems.push(
      `production has no column ${column.name} any more: give its values up with --leave ${column.name}${renamedTo(column, fresh)}`,
    );
  }
  for (const column of fresh) {
    if (column.not_null && !column.has_default && column.identity === "") {
      problems.push(`the column ${column.name} was added since, takes no NULL and has no default`);
    } else notes.push(`the column ${column.name} was added since: restored rows get its default, others keep theirs`);
  }
  const pairs = live.columns.flatMap((column) => {
    const from = taken.get(column.name);
    if (from === undefined) return [];
    if (from.type !== column.type) {
      if (decisions.retyped.has(column.name))
        notes.push(`${column.name} was ${from.type} and is read as ${column.type}`);
      else {
        problems.push(
          `the column ${column.name} was ${from.type} and is ${column.type} now: if its values can be read so, say --retype ${column.name}`,
        );
      }
    }
    return [{ live: column.name, backup: from.name }];
  });
  return { pairs, added: fresh.map(({ name }) => name), notes, problems };
}

/** The best key whose columns all come from the backup; null where there is none. */
export function chooseKey(live: TableShape, { pairs }: Pick<ColumnMapping, "pairs">): Key | null {
  const known = new Set(pairs.map((pair) => pair.live));
  return live.keys.find(({ columns }) => columns.every(({ name }) => known.has(name))) ?? null;
}
