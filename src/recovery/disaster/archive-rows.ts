import { createReadStream } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { QualifiedName } from "../../postgres/quote.ts";
import { readArchive } from "../../restore/archive.ts";
import { dataEntries } from "../table/staging/wanted-entries.ts";
import { type KeyedRows, namesWithin, rowReader } from "./merge-keys.ts";

/** What COPY writes behind the last row. */
const endOfRows = "\\.";

/** Why the rows of a table cannot be laid side by side. */
export class NotComparable extends Error {}

/**
 * Reads the rows of a table from a backup's directory, by their keys. Rows are read line by line and kept as digests.
 *
 * @param key names of the key's columns
 * @param limit rows of which the digests still fit into memory
 * @throws NotComparable
 */
export async function archiveRows(
  directory: string,
  table: QualifiedName,
  key: readonly string[],
  limit: number,
): Promise<KeyedRows> {
  const { entries } = await readArchive(join(directory, "dump"));
  const rows = new Map<string, string>();
  for (const { copyStatement, fileName } of dataEntries(entries, [table])) {
    const path = join(directory, "dump", fileName);
    const plain = /^\d+\.dat$/.test(fileName) && (await lstat(path).catch(() => null))?.isFile() === true;
    if (!plain || !copyStatement.startsWith("COPY ")) throw new NotComparable("its file is no plain COPY");
    const read = rowReader(namesWithin(copyStatement), key);
    // Byte by byte: as text a line would also end at separators that COPY leaves within a value.
    for await (const line of createInterface({ input: createReadStream(path, "latin1") })) {
      if (line === endOfRows) break;
      const row = read(line);
      // Without a key equal rows are told apart by how many there are before them.
      let unique = row.key;
      for (let nth = 2; rows.has(unique); nth += 1) unique = `${row.key} ${nth}`;
      rows.set(unique, row.digest);
      if (rows.size > limit) throw new NotComparable(`it has more than ${limit} rows`);
    }
  }
  return rows;
}
