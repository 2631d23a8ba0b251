import { createHash } from "node:crypto";
import type { GitHub } from "./client.ts";
import { statusOf } from "./explain.ts";
import { tasks } from "./tasks.ts";

/** A file of a commit: the digest that git gives its content. */
export interface TreeFile {
  readonly sha: string;
}

/** A commit that a branch points at, as far as one folder of it is concerned. */
export interface BranchHead {
  /** Null where there is no such branch yet. */
  readonly commit: string | null;
  /** The commit's whole tree; null where there is no commit. */
  readonly tree: string | null;
  /** The files below the folder by their path from the root of the repository. */
  readonly files: ReadonlyMap<string, TreeFile>;
}

/** The digest that git gives a file with this content. */
export function gitBlobSha(content: Uint8Array): string {
  return createHash("sha1").update(`blob ${content.byteLength}\0`).update(content).digest("hex");
}

/** The content of a file by git's digest. */
export async function readBlob(github: GitHub, sha: string): Promise<Buffer> {
  const { data } = await github.ask(tasks.readReports, (client, where) =>
    client.rest.git.getBlob({ ...where, file_sha: sha }),
  );
  return Buffer.from(data.content, data.encoding === "base64" ? "base64" : "utf8");
}

interface Entry {
  readonly path: string;
  readonly type: string;
  readonly sha: string;
}

interface Tree {
  readonly entries: readonly Entry[];
  readonly cut: boolean;
}

async function readTree(github: GitHub, sha: string, recursive: boolean): Promise<Tree> {
  const { data } = await github.ask(tasks.readReports, (client, where) =>
    client.rest.git.getTree({ ...where, tree_sha: sha, ...(recursive ? { recursive: "1" } : {}) }),
  );
  return { entries: data.tree, cut: data.truncated };
}

/** All files below a tree. GitHub cuts long lists short; then each folder is asked for on its own. */
async function filesBelow(github: GitHub, sha: string, prefix: string, into: Map<string, TreeFile>): Promise<void> {
  const whole = await readTree(github, sha, true);
  const { entries } = whole.cut ? await readTree(github, sha, false) : whole;
  for (const entry of entries) {
    const path = `${prefix}/${entry.path}`;
    if (entry.type === "blob") into.set(path, { sha: entry.sha });
    if (entry.type === "tree" && whole.cut) await filesBelow(github, entry.sha, path, into);
  }
}

/** The tree of a folder, found by descending from the root: the rest of the repository may be of any size. */
async function treeOfFolder(github: GitHub, root: string, folder: string): Promise<string | null> {
  let sha = root;
  for (const name of folder.split("/")) {
    const { entries } = await readTree(github, sha, false);
    const next = entries.find((entry) => entry.path === name && entry.type === "tree");
    if (next === undefined) return null;
    sha = next.sha;
  }
  return sha;
}

/**
 * Reads where a branch stands now and which files a folder of it holds.
 *
 * @param folder from the root of the repository, with `/` and without one at its ends
 */
export async function readHead(github: GitHub, branch: string, folder: string): Promise<BranchHead> {
  const commit = await headCommit(github, branch);
  if (commit === null) return { commit: null, tree: null, files: new Map() };
  const tree = await treeOfCommit(github, commit);
  return { commit, tree, files: await filesOfFolder(github, tree, folder) };
}

/**
 * The files that a folder held in a commit; none where GitHub does not know the commit.
 *
 * @param folder as for `readHead`
 */
export async function readFilesOf(
  github: GitHub,
  commit: string,
  folder: string,
): Promise<ReadonlyMap<string, TreeFile>> {
  try {
    return await filesOfFolder(github, await treeOfCommit(github, commit), folder);
  } catch (error) {
    if (error instanceof Error && statusOf(error.cause) === 404) return new Map();
    throw error;
  }
}

async function treeOfCommit(github: GitHub, commit: string): Promise<string> {
  const { data } = await github.ask(tasks.readReports, (client, where) =>
    client.rest.git.getCommit({ ...where, commit_sha: commit }),
  );
  return data.tree.sha;
}

async function filesOfFolder(github: GitHub, root: string, folder: string): Promise<ReadonlyMap<string, TreeFile>> {
  const files = new Map<string, TreeFile>();
  const tree = await treeOfFolder(github, root, folder);
  if (tree !== null) await filesBelow(github, tree, folder, files);
  return files;
}

/** Whether there is such a branch. */
export async function branchExists(github: GitHub, branch: string): Promise<boolean> {
  return (await headCommit(github, branch)) !== null;
}

async function headCommit(github: GitHub, branch: string): Promise<string | null> {
  return await github.ask(tasks.readReports, async (client, where) => {
    try {
      const { data } = await client.rest.git.getRef({ ...where, ref: `heads/${branch}` });
      return data.object.sha;
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      // Also what a token that may not read the repository gets: then this second question fails too, and says so.
      await client.rest.repos.get(where);
      return null;
    }
  });
}
