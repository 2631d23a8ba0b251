import type { GitHub } from "../github/client.ts";
import { readHead } from "../github/git-tree.ts";
import { BranchContents } from "../github/report-files.ts";
import { type Ledger, parseRecord } from "./ledger.ts";

/** Records that are fetched at most: what this machine lacks is what was published since it checked out, a few files. */
const mostFetched = 100;

/**
 * What the branch of the reports says was told. A run that is started again works on the commit of its first attempt,
 * which does not hold what that attempt has published: without this it would tell everything once more.
 *
 * @param folder the reports' folder, from the root of the repository
 * @throws surroundings: GitHub could not be asked
 */
export async function readBranchLedger(
  github: GitHub,
  { branch, folder, database }: { branch: string; folder: string; database: string },
): Promise<Ledger> {
  const head = await readHead(github, branch, `${folder}/notifications/${database}`);
  const newest = [...head.files.keys()]
    .filter((path) => path.endsWith(".json"))
    .sort()
    .reverse();
  const files = await new BranchContents(github, []).read(head, newest.slice(0, mostFetched), mostFetched);
  const read = files.map(({ path, bytes }) => ({ path, record: parseRecord(Buffer.from(bytes).toString("utf8")) }));
  return {
    records: read.flatMap(({ record }) => (record === null ? [] : [record])),
    unreadable: read.flatMap(({ path, record }) => (record === null ? [path] : [])),
  };
}

/** Two ledgers as one; what both hold counts once. */
export function mergeLedgers(...ledgers: readonly Ledger[]): Ledger {
  const records = new Map(
    ledgers.flatMap((ledger) => ledger.records).map((record) => [`${record.key} ${record.told_at}`, record]),
  );
  return { records: [...records.values()], unreadable: [...new Set(ledgers.flatMap((l) => l.unreadable))] };
}
