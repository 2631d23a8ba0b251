import { isUtf8 } from "node:buffer";
import { setTimeout } from "node:timers/promises";
import pRetry from "p-retry";
import { messageOf } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { stemOf } from "../report/chain/belongs.ts";
import type { GitHub } from "./client.ts";
import { githubErrors } from "./errors.ts";
import { explain, isLostRace, isProtection } from "./explain.ts";
import { type BranchHead, gitBlobSha, readHead } from "./git-tree.ts";
import { tasks } from "./tasks.ts";

/** A file that is to stand on the branch. */
export interface FileToCommit {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly content: Uint8Array;
  /** A file that is made anew from others, such as the index, may take another's place; a record never does. */
  readonly derived?: boolean;
}

/** What is to be committed, and where. */
export interface CommitOptions {
  readonly branch: string;
  /** The folder that the files lie in, from the root of the repository. */
  readonly folder: string;
  /** The commit's message, made from the paths that it adds or changes. */
  readonly message: (paths: readonly string[]) => string;
  /** The files, asked for anew at every attempt: what another run has committed meanwhile is then in `head`. */
  readonly files: (head: BranchHead) => Promise<readonly FileToCommit[]>;
  /** How often the commit is tried while others are faster. */
  readonly attempts?: number;
}

/** What became of it. */
export interface CommitOutcome {
  /** Null where the branch held everything already. */
  readonly commit: string | null;
  readonly paths: readonly string[];
  /** Records that stand under another name, because theirs was taken by other content: from, to. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  readonly attempts: number;
}

/** Enough for a few dozen runs at once: in each round one of them wins. */
const mostAttempts = 40;

/** Seconds between two attempts; a commit takes about four, at the pace that GitHub asks for. */
const longestPause = 20;

/** What is sent within the tree itself. Larger files, and what is not text, are sent one by one. */
const longestInline = 200_000;
const mostInline = 4_000_000;

/**
 * Commits files through GitHub's Git Data API, without a clone, and loses to nobody: the branch moves only if nobody
 * else has moved it meanwhile (`force: false`), else everything starts over from the new head after a random pause.
 *
 * A branch that does not exist is begun without a history, with these files alone: a branch for reports needs no code.
 * What the branch holds already is not committed again. A record whose path is taken by *other* content is put beside
 * it under a name of its own (`…-<digest>.json`): nothing that was published is ever replaced.
 *
 * @throws surroundings: GitHub refused or could not be reached, the branch is protected, or others were always faster
 */
export async function commitFiles(github: GitHub, options: CommitOptions): Promise<CommitOutcome> {
  const { branch, attempts = mostAttempts } = options;
  const { repository } = github;
  const uploaded = new Set<string>();
  try {
    return await pRetry((attempt) => commitOnce(github, options, uploaded, attempt), {
      retries: attempts - 1,
      minTimeout: 0,
      signal: github.signal,
      shouldRetry: async ({ error, attemptNumber }) => {
        if (isProtection(error) || !isLostRace(error)) return false;
        // Anything from no pause to the whole of it: whoever lost the same race must not meet in the next one.
        const longest = Math.min(longestPause, 2 ** attemptNumber);
        await setTimeout(Math.random() * longest * github.second, undefined, { signal: github.signal });
        return true;
      },
    });
  } catch (error) {
    if (github.signal.aborted) throw github.signal.reason;
    if (isProtection(error)) {
      const said = redact(messageOf(error)).replaceAll(/\s+/g, " ").slice(0, 200);
      throw githubErrors.protected_branch({ repository, branch, said }, { cause: error });
    }
    if (isLostRace(error)) throw githubErrors.lost_the_race({ repository, branch, attempts }, { cause: error });
    throw explain(error, { repository, task: tasks.commitReports });
  }
}

async function commitOnce(
  github: GitHub,
  { branch, folder, files, message }: CommitOptions,
  uploaded: Set<string>,
  attempts: number,
): Promise<CommitOutcome> {
  const head = await readHead(github, branch, folder);
  const { wanted, renamed } = placeFiles(head, await files(head));
  if (wanted.length === 0) return { commit: null, paths: [], renamed, attempts };
  const paths = wanted.map(({ path }) => path);
  const entries = await treeEntries(github, wanted, uploaded);
  const commit = await github.tryTo(async (client, where) => {
    const { data: tree } = await client.rest.git.createTree({
      ...where,
      tree: entries,
      ...(head.tree === null ? {} : { base_tree: head.tree }),
    });
    const { data } = await client.rest.git.createCommit({
      ...where,
      message: redact(message(paths)),
      tree: tree.sha,
      parents: head.commit === null ? [] : [head.commit],
    });
    if (head.commit === null) {
      await client.rest.git.createRef({ ...where, ref: `refs/heads/${branch}`, sha: data.sha });
    } else {
      await client.rest.git.updateRef({ ...where, ref: `heads/${branch}`, sha: data.sha, force: false });
    }
    return data.sha;
  });
  return { commit, paths, renamed, attempts };
}

/** Stems under which a record would take the place of another: a report's forms, JSON, markdown and pictures, move together. */
function takenStems(head: BranchHead, records: readonly FileToCommit[]): ReadonlyMap<string, string> {
  const groups = Map.groupBy(records, ({ path }) => stemOf(path));
  const taken = [...groups].filter(([, group]) =>
    group.some(({ path, content }) => (head.files.get(path)?.sha ?? gitBlobSha(content)) !== gitBlobSha(content)),
  );
  return new Map(
    taken.map(([stem, group]) => {
      const digest = gitBlobSha(Buffer.from(group.map(({ content }) => gitBlobSha(content)).join(" ")));
      return [stem, `${stem}-${digest.slice(0, 12)}`];
    }),
  );
}

/**
 * What the branch lacks of these files, under the names that they get there. Every content is compared by the digest
 * that git would give it; a record whose name is taken by another content gets one of its own.
 */
export function placeFiles(
  head: BranchHead,
  files: readonly FileToCommit[],
): { wanted: FileToCommit[]; renamed: CommitOutcome["renamed"][number][] } {
  const wanted: FileToCommit[] = [];
  const renamed: CommitOutcome["renamed"][number][] = [];
  const taken = takenStems(
    head,
    files.filter(({ derived }) => derived !== true),
  );
  for (const file of files) {
    const stem = stemOf(file.path);
    const moved = file.derived === true ? undefined : taken.get(stem);
    const path = moved === undefined ? file.path : `${moved}${file.path.slice(stem.length)}`;
    if (moved !== undefined) renamed.push({ from: file.path, to: path });
    if (head.files.get(path)?.sha !== gitBlobSha(file.content)) wanted.push({ ...file, path });
  }
  return { wanted, renamed };
}

type TreeEntry = { path: string; mode: "100644"; type: "blob" } & ({ content: string } | { sha: string });

function isText(content: Uint8Array): boolean {
  return isUtf8(content) && !content.includes(0);
}

async function treeEntries(
  github: GitHub,
  files: readonly FileToCommit[],
  uploaded: Set<string>,
): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  let inline = 0;
  for (const { path, content } of files) {
    const place = { path, mode: "100644", type: "blob" } as const;
    const length = content.byteLength;
    if (length <= longestInline && inline + length <= mostInline && isText(content)) {
      inline += length;
      entries.push({ ...place, content: Buffer.from(content).toString("utf8") });
      continue;
    }
    const sha = gitBlobSha(content);
    if (!uploaded.has(sha)) {
      await github.tryTo((client, where) =>
        client.rest.git.createBlob({ ...where, content: Buffer.from(content).toString("base64"), encoding: "base64" }),
      );
      // A content once sent need not be sent again when another run was faster.
      uploaded.add(sha);
    }
    entries.push({ ...place, sha });
  }
  return entries;
}
