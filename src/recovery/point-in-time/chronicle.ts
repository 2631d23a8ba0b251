import { z } from "zod";
import type { Session } from "../../postgres/types.ts";
import type { Around } from "../pgbackrest/read-around.ts";
import type { LoggedTransaction } from "../pgbackrest/transactions.ts";
import { recoverySql } from "../sql.ts";
import { showInstant } from "./point.ts";

const relationsSql = recoverySql("point-in-time/relations-of-files");
const relationRow = z.object({ file: z.coerce.number(), name: z.string().nullable(), apart: z.boolean() });

/** One transaction near the point, as a person reads it: names of tables and numbers of rows. */
export interface ChronicleEntry {
  readonly side: "before" | "after";
  readonly xid: string;
  /** As `2025-01-16 14:30:00 UTC`. */
  readonly at: string;
  /** Such as `public.children: 12 deleted`. */
  readonly did: readonly string[];
}

/** What happened around the point, in order: by this a person sees whether it is the right one. */
export async function chronicle(session: Session, around: Around): Promise<ChronicleEntry[]> {
  const [database] = await session.query<{ oid: string }>(
    "SELECT oid::text FROM pg_catalog.pg_database WHERE datname = current_database()",
  );
  const all = [...around.before, ...around.after];
  const files = all.flatMap(({ changes }) => changes.filter((one) => String(one.database) === database?.oid));
  const rows = z
    .array(relationRow)
    .parse(
      await session.query(relationsSql, [files.map(({ tablespace }) => tablespace), files.map(({ file }) => file)]),
    );
  const names = new Map(rows.map((row) => [row.file, row]));
  const entry =
    (side: ChronicleEntry["side"]) =>
    (transaction: LoggedTransaction): ChronicleEntry => ({
      side,
      xid: transaction.xid,
      at: showInstant(transaction.at),
      did: deeds(transaction, Number(database?.oid), names),
    });
  return [...around.before.map(entry("before")), ...around.after.map(entry("after"))];
}

type Names = ReadonlyMap<number, z.output<typeof relationRow>>;

function deeds({ changes }: LoggedTransaction, database: number, names: Names): string[] {
  const sums = new Map<string, { inserted: number; updated: number; deleted: number; removed: boolean }>();
  for (const { removed, ...change } of changes) {
    const known = change.database === database ? names.get(change.file) : undefined;
    const name = change.database === database ? (known?.name ?? null) : "another database";
    // Indexes have files too; and what was made after the point has no name in the copy.
    if (name === null || (known === undefined && change.database === database)) continue;
    const sum = sums.get(name) ?? { inserted: 0, updated: 0, deleted: 0, removed: false };
    if (known?.apart !== true) {
      sum.inserted += change.inserted;
      sum.updated += change.updated;
      sum.deleted += change.deleted;
    }
    sums.set(name, { ...sum, removed: sum.removed || removed });
  }
  return [...sums].map(([name, { inserted, updated, deleted, removed }]) => {
    if (name === "definitions") return "definitions changed";
    const counts = Object.entries({ inserted, updated, deleted }).filter(([, rows]) => rows > 0);
    const said = counts.map(([what, rows]) => `${rows} ${what}`);
    return `${name}: ${[...said, ...(removed ? ["dropped, emptied or rewritten"] : [])].join(", ")}`;
  });
}
