import type { Preview, TableLoss } from "../types.ts";
import type { TableRecovery, TableWritten } from "./types.ts";

const amount = (count: number | null, what: string) =>
  `${count ?? "an unknown number of"} ${count === 1 ? what : `${what}s`}`;

/** Every table whose number of rows changes: as it is now, and as it is afterwards. */
export function lossesOf({ written, difference, closure }: Counted): TableLoss[] {
  const counts = new Map(closure.truncate_cascade.tables.map((one) => [one.table, one.rows]));
  return written.flatMap(({ table, inserted, deleted }, index) => {
    if (inserted === 0 && deleted === 0) return [];
    const now = index === 0 ? difference.live_rows : (counts.get(table) ?? null);
    return [
      {
        table: plain(table),
        rows_now: now,
        rows_then: now === null ? null : now + inserted - deleted,
        younger: null,
        gone: deleted,
      },
    ];
  });
}

/** What the number of rows follows from. */
type Counted = Pick<TableRecovery, "written" | "difference" | "closure">;

/** A name without quotes where nobody needs them. */
const plain = (name: string) => name.replaceAll(/"([a-z_][a-z0-9_]*)"/g, "$1");

/** What was written to a table, as sentences; none where nothing was. */
export function partsOf({ table: name, inserted, changed, deleted, relinked }: TableWritten): string[] {
  return [
    ...(inserted > 0 ? [`${amount(inserted, "row")} into ${plain(name)}`] : []),
    ...(changed > 0 ? [`${amount(changed, "row")} of ${plain(name)} set back`] : []),
    ...(deleted > 0 ? [`${amount(deleted, "row")} of ${plain(name)} taken away`] : []),
    ...(relinked > 0 ? [`${amount(relinked, "reference")} of ${plain(name)} set again`] : []),
  ];
}

function summaryOf({ table, mode, written }: TableRecovery, from: string): string {
  const [main, ...others] = written;
  const touched = others.filter((one) => partsOf(one).length > 0);
  const sum = (part: "inserted" | "relinked") => touched.reduce((total, one) => total + one[part], 0);
  const parts = main === undefined ? [] : partsOf(main);
  if (touched.length > 0) {
    const relinked = sum("relinked") > 0 ? ` and ${amount(sum("relinked"), "reference")}` : "";
    parts.push(`${amount(sum("inserted"), "row")}${relinked} in ${amount(touched.length, "other table")}`);
  }
  return `${table} from ${from} (${mode}): ${parts.length === 0 ? "nothing to do" : parts.join(", ")}`;
}

function overwritesOf({ table, written }: TableRecovery): string[] {
  const main = written[0];
  return [
    ...(main !== undefined && main.changed > 0
      ? [
          `${amount(main.changed, "row")} of ${table} that were changed since the backup; their values of now go into the undo file`,
        ]
      : []),
    ...(main !== undefined && main.deleted > 0
      ? [`${amount(main.deleted, "row")} of ${table} that the backup does not have; they go into the undo file`]
      : []),
  ];
}

function keepsOf({ table, mode, difference, conflicts, kept_newer }: TableRecovery): string[] {
  const kept = mode === "replace" ? 0 : difference.extra;
  return [
    ...(kept > 0
      ? [`${amount(kept, "row")} of ${table} that the backup does not have, such as those written since`]
      : []),
    ...(mode === "missing-rows" && difference.changed > 0
      ? [
          `${amount(difference.changed, "row")} of ${table} that differ from the backup (changed-rows would set them back)`,
        ]
      : []),
    ...(kept_newer > 0 ? [`${amount(kept_newer, "row")} of ${table} that were changed after the time you named`] : []),
    ...(conflicts.same_key > 0 ? [`${amount(conflicts.same_key, "row")} that came back on their own meanwhile`] : []),
    "every table that is not named below as written; row level security, policies, grants, triggers and constraints",
    "the state of before: an undo script with every row that is touched is written before the commit",
  ];
}

function hazardsOf({ table, triggers, locked_seconds, mode, notes, orphans }: TableRecovery): string[] {
  const held =
    triggers.how === "replica"
      ? "nothing fires; foreign keys are asked before the commit"
      : "each is switched off and on again within the transaction, and other writers wait";
  return [
    ...(triggers.silenced.length > 0 ? [`Held back: ${triggers.silenced.map(plain).join(", ")} (${held})`] : []),
    mode === "missing-rows" && triggers.how === "replica"
      ? `Nobody waits for ${table}, unless they insert the same keys in the ${Math.ceil(locked_seconds)} s that it takes`
      : `Whoever writes ${table} waits about ${Math.ceil(locked_seconds)} s; readers do not`,
    "If it is interrupted, PostgreSQL takes everything back",
    ...Object.entries(orphans).map(
      ([key, rows]) =>
        `${amount(rows, "row")} ${rows === 1 ? "refers" : "refer"} to nothing already, and ${rows === 1 ? "stays as it is" : "stay as they are"}: ${plain(key)}`,
    ),
    ...notes,
  ];
}

function detailsOf(recovery: TableRecovery): Preview["details"] {
  const { difference, key, keys, closure, sequences, checks, table } = recovery;
  const { truncate_cascade: cascade } = closure;
  const ties = (list: typeof closure.dependants, arrow: string) =>
    list.map(
      (tie) =>
        `${plain(tie.table)} ${arrow} ${plain(tie.of)}: ${tie.constraint}, ON DELETE ${tie.on_delete}, ${amount(tie.rows, "row")}`,
    );
  const shown = (change: string) => keys.filter((one) => one.change === change).map((one) => one.key);
  return [
    {
      title: `Compared by ${key.length === 0 ? "all that a row holds" : key.join(", ")}`,
      lines: [
        `backup ${difference.backup_rows} rows, production ${difference.live_rows} rows`,
        `${difference.missing} missing, ${difference.extra} that the backup does not have, ${difference.changed} changed`,
        ...difference.columns.map(({ name, rows }) => `${name} differs in ${amount(rows, "row")}`),
      ],
    },
    ...(["missing", "extra", "changed"] as const)
      .filter((change) => shown(change).length > 0)
      .map((change) => ({ title: `Some keys: ${change}`, lines: [shown(change).join(" ")] })),
    { title: "What is written, table by table", lines: recovery.written.flatMap(partsOf) },
    { title: `What depends on ${table}`, lines: ties(closure.dependants, "->") },
    { title: `What ${table} depends on`, lines: ties(closure.parents, "<-") },
    {
      title: `What TRUNCATE ${table} CASCADE would have destroyed (it is never used here)`,
      lines: [
        `${amount(cascade.rows, "row")} in ${amount(cascade.tables.length, "table")}`,
        ...cascade.tables.map((one) => `${plain(one.table)}: ${amount(one.rows, "row")}`),
      ],
    },
    ...(sequences.length > 0
      ? [
          {
            title: "Sequences that move on",
            lines: sequences.map(({ name, from, to }) => `${plain(name)}: ${from} to ${to}`),
          },
        ]
      : []),
    {
      title: "Made sure of",
      lines: checks.map(({ title, passed, actual }) => `${passed ? "yes" : "NO"}: ${title} (${actual})`),
    },
  ].filter(({ lines }) => lines.length > 0);
}

/**
 * What the dry run has shown, as a plan for people.
 *
 * @param from what the rows come from, such as `backup 2026-11-22T02-00-05Z-shop-4f1c2a9b`
 * @param seconds that the dry run took
 * @param read sentences about what was read to get here
 */
export function previewOf(recovery: TableRecovery, from: string, seconds: number, read: readonly string[]): Preview {
  return {
    summary: summaryOf(recovery, from),
    overwrites: overwritesOf(recovery),
    keeps: keepsOf(recovery),
    losses: lossesOf(recovery),
    timestamps: [],
    estimate: {
      phases: [{ name: "recover", seconds }],
      seconds,
      basis: "measured just now: all of it was done on production and rolled back",
    },
    hazards: hazardsOf(recovery),
    obstacles: recovery.blockers,
    details: [...(read.length > 0 ? [{ title: "Read", lines: read }] : []), ...detailsOf(recovery)],
  };
}
