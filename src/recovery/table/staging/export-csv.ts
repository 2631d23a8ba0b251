import { constants } from "node:fs";
import { access, type FileHandle, lstat, open } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../../../base/errors.ts";
import { connectForCopy } from "../../../postgres/copying.ts";
import type { Target } from "../../../postgres/types.ts";
import { tableErrors } from "../errors.ts";
import { requireShape } from "../shape.ts";

/**
 * Refuses a file that could not be written, before anything is fetched for it.
 *
 * @throws table.unwritable
 */
export async function requireNewFile(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (cause) {
    throw tableErrors.unwritable({ path, why: messageOf(cause) }, { cause });
  }
  const there = await lstat(path).catch(() => null);
  if (there !== null) throw tableErrors.unwritable({ path, why: "something is there already, and stays as it is" });
}

/**
 * Writes a table as CSV with a header, as `COPY ... WITH CSV HEADER` does, into a new file that only its owner may read.
 *
 * @param source a database that holds the table as it was
 * @returns rows without the header, and bytes
 * @throws table.no_table, table.unwritable where the file exists or cannot be written
 */
export async function exportCsv(source: Target, table: string, path: string): Promise<{ rows: number; bytes: number }> {
  await using session = await connectForCopy(source, { readOnly: true, applicationName: "ithaca table export" });
  const shape = await requireShape(session, table, "the backup");
  let file: FileHandle;
  try {
    file = await open(path, "wx", 0o600);
  } catch (cause) {
    throw tableErrors.unwritable({ path, why: messageOf(cause) }, { cause });
  }
  await using _file = file;
  let bytes = 0;
  let last = Promise.resolve();
  await session.copyOut(`COPY (SELECT * FROM ${shape.from}) TO STDOUT WITH (FORMAT csv, HEADER)`, (rows) => {
    bytes += rows.length;
    last = last.then(() => file.appendFile(rows));
    return last;
  });
  const [row] = await session.query<{ rows: number }>(`SELECT count(*)::float8 AS rows FROM ${shape.from}`);
  await file.sync();
  return { rows: row?.rows ?? 0, bytes };
}
