import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readLargeObjects } from "../../../census/large-objects.ts";
import { reading } from "../../../census/transaction.ts";
import type { InventoryObject } from "../../../census/types.ts";
import type { CopySession } from "../../../postgres/copying.ts";
import type { Session } from "../../../postgres/types.ts";
import type { ArchiveEntry } from "../../../restore/archive.ts";
import { recoverySql } from "../../sql.ts";
import type { StepContext } from "../../types.ts";
import { fullErrors } from "../errors.ts";
import type { BackupAtHand } from "../types.ts";
import type { Ground } from "./ground.ts";
import { largeObjectsDiffer, ownsLargeObjects } from "./kept.ts";
import { execute, refusal, scriptOf } from "./load.ts";

/*
 * Large objects lie outside of every table, and no DROP reaches them. Within the transaction those of ours are unlinked
 * and made anew from the archive: under their old numbers, since rows refer to them by these.
 */

const oursSql = recoverySql("full/large-objects");

/** A `BLOB` of PostgreSQL 16 and older is one object; a `BLOB METADATA` of 17 and newer a group with one owner and one set of rights. */
const made = new Set(["BLOB", "BLOB METADATA"]);
/** What is said of them: the tag of all these begins with `LARGE OBJECT`. */
const said = new Set(["ACL", "COMMENT", "SECURITY LABEL"]);

/** What of an archive's large objects comes back. */
export interface LargeObjectsChosen {
  /** Entries that make them, with their owners, and that say something of them: their script. */
  readonly entries: readonly ArchiveEntry[];
  /** Tables of contents that name the files of their content. */
  readonly contents: readonly string[];
  readonly oids: ReadonlySet<string>;
  /** How many belong to roles that we may not act as. */
  readonly kept: number;
}

const oidsOf = ({ desc, tag, defn }: ArchiveEntry) => (desc === "BLOB" ? [tag] : (defn.match(/^\d+$/gm) ?? []));

/** Large objects whose owners we may act as, and what is said of them. */
export function chooseLargeObjects(entries: readonly ArchiveEntry[], ground: Ground): LargeObjectsChosen {
  const all = entries.filter(({ desc }) => made.has(desc));
  const ours = all.filter(({ owner }) => ground.roles.has(owner));
  const ids = new Set(ours.map(({ dumpId }) => dumpId));
  const about = entries.filter(
    ({ desc, tag, dependencies }) =>
      said.has(desc) && tag.startsWith("LARGE OBJECT") && dependencies.some((id) => ids.has(id)),
  );
  return {
    entries: [...ours, ...about],
    contents: entries.filter(({ desc }) => desc === "BLOBS").map(({ fileName }) => fileName),
    oids: new Set(ours.flatMap(oidsOf)),
    kept: all.flatMap(oidsOf).length - ours.flatMap(oidsOf).length,
  };
}

/** As large as a piece of the census' hash. */
const pieceBytes = 4 * 1024 * 1024;

/** Writes one object's content from its file, piece by piece, and reads it back. */
async function writeContent(session: CopySession, oid: string, path: string): Promise<void> {
  await using file = await open(path);
  const piece = Buffer.alloc(pieceBytes);
  let start = 0;
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, pieceBytes, start);
    if (bytesRead === 0) break;
    const bytes = piece.subarray(0, bytesRead);
    await session.query("SELECT pg_catalog.lo_put($1::oid, $2::bigint, $3::bytea)", [oid, start, bytes]);
    const [written] = await session.query<{ digest: string }>(
      "SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.lo_get($1::oid, $2::bigint, $3::int)), 'hex') AS digest",
      [oid, start, pieceBytes],
    );
    if (written?.digest !== createHash("sha256").update(bytes).digest("hex")) {
      throw fullErrors.restored_wrong({ what: `the large object ${oid} is not as in the archive` });
    }
    start += bytesRead;
  }
}

/**
 * Unlinks every large object of ours and makes those of the archive anew, with their content, owners, grants and
 * comments. Others stay.
 *
 * @throws full.statement_failed, full.restored_wrong
 */
async function replaceLargeObjects(
  session: CopySession,
  tools: Parameters<typeof scriptOf>[0],
  chosen: LargeObjectsChosen,
  note: (text: string) => void,
): Promise<void> {
  const there = await session.query<{ oid: string }>(oursSql);
  for (const { oid } of there) await execute(session, `SELECT pg_catalog.lo_unlink(${oid})`, "to unlink large objects");
  await execute(session, await scriptOf(tools, chosen.entries, null), "the large objects");
  let done = 0;
  for (const contents of chosen.contents) {
    for (const [, oid = "", file = ""] of (await readFile(join(tools.dump, contents), "latin1")).matchAll(
      /^(\d+) (blob_\d+\.dat)$/gm,
    )) {
      if (!chosen.oids.has(oid)) continue;
      tools.signal.throwIfAborted();
      done += 1;
      note(`${done} of ${chosen.oids.size} large objects`);
      await writeContent(session, oid, join(tools.dump, file)).catch((cause: unknown) => {
        throw refusal(cause, `the content of the large object ${oid}`);
      });
    }
  }
}

/**
 * Brings the large objects back where they are not as in the backup. Those of roles that we may not act as stay as they
 * are, and then they cannot be compared as a whole: what that leaves open is said.
 */
export async function restoreLargeObjects(
  session: CopySession,
  nested: Session,
  parts: {
    readonly tools: Parameters<typeof scriptOf>[0];
    readonly step: StepContext;
    readonly backup: BackupAtHand;
    readonly before: readonly InventoryObject[];
    readonly ground: Ground;
    readonly entries: readonly ArchiveEntry[];
  },
): Promise<{ readonly what: string; readonly why: string }[]> {
  const { tools, step, backup, before, ground, entries } = parts;
  const { census } = backup;
  if (census.large_objects === null) return [];
  const owned = ownsLargeObjects(census, before, ground);
  if (owned && !largeObjectsDiffer(census, before, session.versionNum)) {
    const now = await reading(nested, {}, () => readLargeObjects(nested));
    if (now?.count === census.large_objects.count && now.hash === census.large_objects.hash) return [];
  }
  const chosen = chooseLargeObjects(entries, ground);
  await step.progress.step("Load the large objects", (note) => replaceLargeObjects(session, tools, chosen, note));
  if (owned) return [];
  const why = `they belong to roles that ${session.target.user} may not act as: they stay as they are; the ${chosen.oids.size} others were compared with the archive one by one`;
  return [{ what: `Large objects (${chosen.kept} of the backup's)`, why }];
}
