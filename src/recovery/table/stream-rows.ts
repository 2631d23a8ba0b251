import type { CopySession } from "../../postgres/copying.ts";

/**
 * Streams rows from one database into a table of another, as text, in memory that does not depend on how many they are.
 *
 * @param query what is read
 * @param into the table, and its columns where not all of them are meant
 * @returns bytes that went over
 */
export async function streamRows(from: CopySession, query: string, to: CopySession, into: string): Promise<number> {
  let bytes = 0;
  // One piece at a time, so that whoever is ahead waits once.
  let last = Promise.resolve();
  const target = to.copyIn(`COPY ${into} FROM STDIN`);
  try {
    await from.copyOut(`COPY (${query}) TO STDOUT`, (rows) => {
      bytes += rows.length;
      last = last.then(() => target.write(rows));
      return last;
    });
  } finally {
    await target.end();
  }
  return bytes;
}
