import type { Plan } from "../plan/schema.ts";
import { isEvidence, isRedrawn, mayChange } from "../report/chain/belongs.ts";
import { indexPath, linkAt, sha256 } from "../report/chain/link.ts";
import { chainHeads, nextLinks, recordedFiles } from "../report/chain/next-links.ts";
import type { EvidenceFile, LinkFile } from "../report/chain/types.ts";
import { chartPaths } from "../report/charts/charts.ts";
import { chartFiles } from "../report/charts/draw.ts";
import { indexPage, reportsAmong } from "../report/index-page.ts";
import { type CommitOutcome, type FileToCommit, placeFiles } from "./commit-files.ts";
import { type BranchHead, gitBlobSha, type TreeFile } from "./git-tree.ts";
import type { BranchContents } from "./report-files.ts";

/** What is known of files that are written on after they were published, which this room cannot know. */
export interface WrittenOn {
  /**
   * What is to stand under a name that holds another form on the branch; null where both have to be kept.
   *
   * @param files the files of this kind that are known: of this machine, and of the branch
   */
  readonly newestForm: (
    ours: EvidenceFile,
    theirs: EvidenceFile,
    files: { readonly ours: readonly EvidenceFile[]; readonly theirs: readonly EvidenceFile[] },
  ) => Uint8Array | null;
  /** Those that people have finished on the branch, and that the chain may take in as they are now. */
  readonly finishedByPeople: (files: readonly EvidenceFile[]) => readonly EvidenceFile[];
}

/** What additions are made from, besides the head of the branch. */
export interface AdditionParts {
  readonly plan: Plan;
  /** The reports' folder from the root of the repository. */
  readonly folder: string;
  /** What stands in it on this machine; paths relative to it. */
  readonly local: readonly EvidenceFile[];
  readonly contents: BranchContents;
  /** What the checkout brought along, by the path from the root; asked for only where it matters. */
  readonly checkedOut: () => Promise<ReadonlyMap<string, TreeFile>>;
  readonly at: Date;
  readonly writtenOn: WrittenOn;
}

/**
 * Reports that are fetched at most for the index. A checkout has nearly all of them; where it has none, as on a branch
 * that was never checked out, the newest are enough for the page and GitHub's limit is an hour's 1,000 requests.
 */
const mostFetched = 300;

/** The newest link file of every chain: all that a next link needs. */
function newestLinkPaths(paths: readonly string[]): string[] {
  const newest = new Map<string, { path: string; sequence: number }>();
  for (const path of paths) {
    const at = linkAt(path);
    if (at === null || (newest.get(at.database)?.sequence ?? 0) >= at.sequence) continue;
    newest.set(at.database, { path, sequence: at.sequence });
  }
  return [...newest.values()].map(({ path }) => path);
}

function toLinkFile({ path, bytes }: EvidenceFile): LinkFile {
  return { path, text: Buffer.from(bytes).toString("utf8") };
}

/**
 * The local files that this run has made, as far as it can be told: where the branch holds something else under a name,
 * and the file is as it was checked out, somebody has changed it on the branch since, and what lies here is merely old.
 */
async function madeHere(
  head: BranchHead,
  files: readonly FileToCommit[],
  checkedOut: AdditionParts["checkedOut"],
): Promise<FileToCommit[]> {
  const differs = ({ path, content }: FileToCommit) => {
    const there = head.files.get(path);
    return there !== undefined && there.sha !== gitBlobSha(content);
  };
  if (!files.some(differs)) return [...files];
  const before = await checkedOut();
  return files.filter((file) => !differs(file) || before.get(file.path)?.sha !== gitBlobSha(file.content));
}

/** Files that are written on take the place of their older form, wherever it can be told which is the older one. */
function inNewestForm(
  files: readonly FileToCommit[],
  theirs: readonly EvidenceFile[],
  { folder, local, writtenOn }: AdditionParts,
): FileToCommit[] {
  const known = { ours: local.filter(({ path }) => isWrittenOn(path)), theirs };
  return files.map((file) => {
    const path = file.path.slice(folder.length + 1);
    const there = isWrittenOn(path) ? theirs.find((one) => one.path === path) : undefined;
    if (there === undefined) return file;
    const content = writtenOn.newestForm({ path, bytes: file.content }, there, known);
    return content === null ? file : { ...file, content, derived: true };
  });
}

const isWrittenOn = (path: string) => mayChange(path) && !isRedrawn(path);

/**
 * What a commit has to add to a head: the records that it lacks, newer forms of incidents and charts, the links of the
 * evidence chain that cover them and what people have finished on the branch, and the index. Nothing, where the branch
 * holds every record already.
 */
export async function reportAdditions(
  head: BranchHead,
  parts: AdditionParts,
): Promise<{ files: FileToCommit[]; renamed: CommitOutcome["renamed"] }> {
  const { plan, folder, local, contents, checkedOut, at, writtenOn } = parts;
  const whole = (path: string) => `${folder}/${path}`;
  const below = (path: string) => path.slice(folder.length + 1);
  const ofCharts = new Set(Object.keys(plan.databases).flatMap(chartPaths));
  const files = local
    // Charts are drawn below, from what the branch holds; those that lie here may be older.
    .filter(({ path }) => isEvidence(path) && !ofCharts.has(path))
    .map(({ path, bytes }) => ({ path: whole(path), content: bytes, derived: isRedrawn(path) }));
  const there = [...head.files.keys()];
  const read = async (paths: readonly string[], most: number): Promise<EvidenceFile[]> =>
    (await contents.read(head, paths, most)).map(({ path, bytes }) => ({ path: below(path), bytes }));
  const made = await madeHere(head, files, checkedOut);
  const inProgress = there.filter((path) => isWrittenOn(below(path))).sort();
  const theirs = await read(inProgress.reverse(), mostFetched);
  const { wanted, renamed } = placeFiles(head, inNewestForm(made, theirs, parts));
  // Without a new record there is nothing to draw or to link anew.
  if (wanted.every(({ path }) => isRedrawn(below(path)))) return { files: [], renamed };
  const records = wanted.map(({ path, content }) => ({ path: below(path), bytes: content }));

  const reportPaths = there.filter((path) => /^\d{4}\/.*\.json$/.test(below(path)));
  const published = await read(reportPaths.sort().reverse(), mostFetched);
  const reports = reportsAmong([...published, ...records]);
  const touched = new Set(reportsAmong(records).map(({ database }) => database));
  const drawn = await chartFiles(
    reports,
    Object.keys(plan.databases).filter((name) => touched.has(name)),
  );
  const charts = drawn.filter(({ path, bytes }) => head.files.get(whole(path))?.sha !== gitBlobSha(bytes));
  const newFiles = [...records, ...charts];

  const linkPaths = newestLinkPaths(there.map(below)).map(whole);
  const existing = (await read(linkPaths, linkPaths.length)).map(toLinkFile);
  const recorded = recordedFiles([...local.filter(({ path }) => linkAt(path) !== null).map(toLinkFile), ...existing]);
  const renewed = new Set(newFiles.map(({ path }) => path));
  const finished = writtenOn
    .finishedByPeople(theirs)
    .filter(({ path, bytes }) => !renewed.has(path) && recorded.get(path) !== sha256(bytes));
  const links = nextLinks(existing, [...newFiles, ...finished], at);

  const page = indexPage({
    plan,
    reports,
    heads: chainHeads([...existing, ...links]),
    charts: [...there.map(below), ...drawn.map(({ path }) => path)],
  });
  return {
    files: [
      ...wanted,
      ...charts.map(({ path, bytes }) => ({ path: whole(path), content: bytes, derived: true })),
      ...links.map(({ path, text }) => ({ path: whole(path), content: Buffer.from(text) })),
      { path: whole(indexPath), content: Buffer.from(page), derived: true },
    ],
    renamed,
  };
}
