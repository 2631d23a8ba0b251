import { byChain, mayChange } from "./belongs.ts";
import { linkAt, linkFile, readLink, sha256 } from "./link.ts";
import type { ChainHead, EvidenceFile, LinkFile } from "./types.ts";

/** The newest link of every chain, in the order of their names. The newest link files are enough to know it. */
export function chainHeads(existing: readonly LinkFile[]): ChainHead[] {
  const newest = new Map<string, ChainHead>();
  for (const { path, text } of existing) {
    const at = linkAt(path);
    if (at === null || (newest.get(at.database)?.sequence ?? 0) >= at.sequence) continue;
    newest.set(at.database, { ...at, digest: sha256(text) });
  }
  return [...newest.values()].sort((a, b) => (a.database < b.database ? -1 : 1));
}

/** The newest link of one database's chain, or null where there is none yet. */
export function chainHead(existing: readonly LinkFile[], database: string): ChainHead | null {
  return chainHeads(existing).find((head) => head.database === database) ?? null;
}

/**
 * The links that have to be committed together with new files: one for each chain that gets any. Pure: when a parallel
 * commit wins, call it again with the links of the branch as it then is.
 *
 * @param existing the branch's link files; the newest of each chain are enough. With all of them, files that a link holds
 *   already are passed over
 * @param newFiles what the commit adds; paths relative to the reports' folder. The index and links among them are ignored
 * @param at when the links are made
 */
export function nextLinks(existing: readonly LinkFile[], newFiles: readonly EvidenceFile[], at: Date): LinkFile[] {
  const known = recordedFiles(existing);
  return [...byChain(newFiles)].flatMap(([database, files]): LinkFile[] => {
    const digests = files
      .map(({ path, bytes }) => ({ path, sha256: sha256(bytes) }))
      .filter(({ path, sha256: digest }) => !(mayChange(path) ? known.get(path) === digest : known.has(path)));
    if (digests.length === 0) return [];
    const head = chainHead(existing, database);
    return [
      linkFile({
        format: 1,
        database,
        sequence: (head?.sequence ?? 0) + 1,
        previous: head?.digest ?? null,
        at: at.toISOString(),
        files: digests,
      }),
    ];
  });
}

/** Every path that links name, with the digest that the newest of them gives. */
export function recordedFiles(existing: readonly LinkFile[]): Map<string, string> {
  const recorded = new Map<string, string>();
  for (const { text } of existing.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    for (const { path, sha256: digest } of readLink(text)?.files ?? []) recorded.set(path, digest);
  }
  return recorded;
}
