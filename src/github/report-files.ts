import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { redact } from "../base/redact.ts";
import { filesBelow } from "../report/chain/folder.ts";
import type { EvidenceFile } from "../report/chain/types.ts";
import type { GitHub } from "./client.ts";
import { type BranchHead, gitBlobSha, readBlob } from "./git-tree.ts";

/**
 * Everything that stands in a reports' folder on this machine; paths relative to it. What is hidden (a file that is
 * being written) or no plain file (a link could lead anywhere) is passed over.
 */
export async function localReportFiles(directory: string): Promise<EvidenceFile[]> {
  const files: EvidenceFile[] = [];
  for (const path of await filesBelow(directory)) {
    if (path.split("/").some((part) => part.startsWith("."))) continue;
    const absolute = join(directory, path);
    if ((await lstat(absolute)).isFile()) files.push({ path, bytes: await readFile(absolute) });
  }
  return files;
}

/** Whether a file would show a secret that this run knows, or a password within a URL. */
export function showsSecret({ bytes }: EvidenceFile): boolean {
  const text = Buffer.from(bytes).toString("utf8");
  return redact(text) !== text;
}

/** Requests for contents at once. */
const parallel = 8;

/** Reads files of a branch, whatever commit they belong to: each content is fetched once, or found on this machine. */
export class BranchContents {
  readonly #github: GitHub;
  readonly #known = new Map<string, Uint8Array>();

  /** @param local what this machine holds; a content that the branch has too need not be fetched */
  constructor(github: GitHub, local: readonly EvidenceFile[]) {
    this.#github = github;
    for (const { bytes } of local) this.#known.set(gitBlobSha(bytes), bytes);
  }

  /**
   * The contents of some of a branch's files.
   *
   * @param paths from the root of the repository; each must be in `head`
   * @param mostFetched how many are fetched at most; those that come first count. The rest is left out
   */
  async read(head: BranchHead, paths: readonly string[], mostFetched: number): Promise<EvidenceFile[]> {
    const limit = pLimit(parallel);
    let fetched = 0;
    const files = paths.map(async (path): Promise<EvidenceFile[]> => {
      const sha = head.files.get(path)?.sha;
      if (sha === undefined) return [];
      let bytes = this.#known.get(sha);
      if (bytes === undefined) {
        fetched += 1;
        if (fetched > mostFetched) return [];
        bytes = await limit(() => readBlob(this.#github, sha));
        this.#known.set(sha, bytes);
      }
      return [{ path, bytes }];
    });
    return (await Promise.all(files)).flat();
  }
}
