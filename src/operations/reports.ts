import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { readLog } from "../audit/read-log.ts";
import { run } from "../base/child-process.ts";
import { messageOf } from "../base/errors.ts";
import { localReportFiles } from "../github/report-files.ts";
import { loadPlan } from "../plan/parse.ts";
import type { Plan } from "../plan/schema.ts";
import { mayChange } from "../report/chain/belongs.ts";
import { indexPath, linkAt, sha256 } from "../report/chain/link.ts";
import { chainHeads, nextLinks } from "../report/chain/next-links.ts";
import type { EvidenceFile, LinkFile } from "../report/chain/types.ts";
import { type Anchor, type ChainVerification, verifyChain } from "../report/chain/verify.ts";
import { chartFiles } from "../report/charts/draw.ts";
import { reportErrors } from "../report/errors.ts";
import { placeFile } from "../report/files.ts";
import { indexPage, reportsAmong } from "../report/index-page.ts";
import type { UseCaseContext } from "./context.ts";
import { anchorsOfIndex, anchorsOfLog, anchorsOfVault } from "./evidence-anchors.ts";
import { pagesAsMade } from "./incident-forms.ts";
import { reportsDirectory } from "./subject.ts";

export interface VerifyReportsOptions {
  readonly plan: string;
  /** Digests that somebody kept, such as those of a mail. */
  readonly expect?: readonly string[];
  /** Also compare with what the backups in the vault remember. */
  readonly vault?: boolean;
}

export interface VerifyReportsOutcome extends ChainVerification {
  /** `inconclusive` where there is no chain that could be verified. */
  readonly verdict: "intact" | "changed" | "inconclusive";
  /** Digests that were kept elsewhere, and were compared with. */
  readonly anchors: number;
  /** What people should know, as whole sentences. */
  readonly notes: readonly string[];
}

const toLinks = (files: readonly EvidenceFile[]): LinkFile[] =>
  files
    .filter(({ path }) => linkAt(path) !== null)
    .map(({ path, bytes }) => ({ path, text: Buffer.from(bytes).toString("utf8") }));

/** The page as it would be made now. */
function pageOf(plan: Plan, files: readonly EvidenceFile[], links: readonly LinkFile[]): string {
  return indexPage({
    plan,
    reports: reportsAmong(files),
    heads: chainHeads(links),
    charts: files.map(({ path }) => path),
  });
}

/** `sha256:…` or the bare digest, as mails and pages show it. */
function expected(digest: string): Anchor {
  const bare = digest
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, "");
  if (!/^[0-9a-f]{64}$/.test(bare)) throw reportErrors.not_a_digest({ digest });
  return { digest: bare, link: null, source: "--expect" };
}

/** Files of the folder that Git does not track; null where Git cannot be asked. */
async function untracked(directory: string, signal: AbortSignal): Promise<Set<string> | null> {
  const listed = await run("git", ["ls-files", "--others", "-z", "--", "."], { cwd: directory, signal });
  return listed.exitCode === 0 ? new Set(listed.stdout.split("\0").filter((path) => path !== "")) : null;
}

/**
 * Walks along the evidence chain of every database: which file of the reports' folder was altered, removed or inserted
 * since it was committed, and does the chain still lead to every digest that was kept elsewhere? Reads only.
 *
 * @throws input: what is expected is no digest; with `vault`, whatever opening it throws
 */
export async function verifyReports(
  context: UseCaseContext,
  options: VerifyReportsOptions,
): Promise<VerifyReportsOutcome> {
  const { plan } = await loadPlan(resolve(context.workingDirectory, options.plan));
  const wanted = (options.expect ?? []).map(expected);
  const directory = reportsDirectory(context, plan);
  const files = await localReportFiles(directory);
  const links = toLinks(files);
  const notes: string[] = [];
  const { entries } = await readLog(directory);
  const vault = options.vault === true ? await anchorsOfVault(context, plan) : { anchors: [], notes: [] };
  notes.push(...vault.notes);
  const anchors = [...anchorsOfIndex(files), ...anchorsOfLog(entries), ...vault.anchors, ...wanted];
  const uncommitted = files.length === 0 ? new Set<string>() : await untracked(directory, context.signal);
  if (uncommitted === null)
    notes.push("Git could not be asked which files are new here, so each must be in the chain.");
  const verification = verifyChain({
    files: new Map(files.map(({ path, bytes }) => [path, sha256(bytes)])),
    links,
    anchors,
    ...(uncommitted === null ? {} : { uncommitted }),
  });
  const page = files.find(({ path }) => path === indexPath);
  if (page !== undefined && Buffer.from(page.bytes).toString("utf8") !== pageOf(plan, files, links)) {
    notes.push(
      `${indexPath} is not the page that these reports give; \`reports build\` and the next publication make it anew.`,
    );
  }
  if (vault.anchors.length + wanted.length === 0) {
    notes.push(
      "Compared with what stands in this folder only; --vault or --expect also finds a chain that was made anew.",
    );
  }
  // What was learned is written by people, and only the next publication takes it into the chain.
  const finished = new Set(pagesAsMade(files).map(({ path }) => path));
  const byPeople = verification.findings.filter(({ kind, path }) => kind === "altered" && finished.has(path));
  for (const { path } of byPeople) notes.push(`People have written into ${path} since it was published.`);
  const findings = verification.findings.filter((finding) => !byPeople.includes(finding));
  const verdict = findings.length > 0 ? "changed" : links.length === 0 ? "inconclusive" : "intact";
  return { verdict, ...verification, findings, anchors: anchors.length, notes };
}

/** Puts a file that is made anew from others in the place of its older form, whole or not at all. */
async function writeOver(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.tmp`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, content);
  await rename(temporary, path);
}

export interface BuildReportsOutcome {
  /** Paths that were written, relative to the working directory's reports' folder. */
  readonly written: readonly string[];
}

/**
 * Draws the charts and makes the index page anew, and adds what is not in the chain yet, for a folder that no workflow publishes, or one that is
 * older than its chain. Where reports are published, publishing does the same.
 *
 * @throws failed: the chain does not hold, and a new link would cover that up
 */
export async function buildReports(
  context: UseCaseContext,
  options: { readonly plan: string },
): Promise<BuildReportsOutcome> {
  const { plan } = await loadPlan(resolve(context.workingDirectory, options.plan));
  const directory = reportsDirectory(context, plan);
  const files = await localReportFiles(directory);
  const links = toLinks(files);
  const { findings } = verifyChain({
    files: new Map(files.map(({ path, bytes }) => [path, sha256(bytes)])),
    links,
    anchors: anchorsOfIndex(files),
  });
  // A new file is what a link is for, and so is the newer form of a file that may have one.
  const broken = findings.filter(({ kind, path }) => kind !== "inserted" && !(kind === "altered" && mayChange(path)));
  const [first] = broken;
  if (first !== undefined) throw reportErrors.chain_broken({ path: first.path, why: first.why, count: broken.length });
  const drawn = await chartFiles(reportsAmong(files), Object.keys(plan.databases).sort());
  const paths = new Set(drawn.map(({ path }) => path));
  const all = [...files.filter(({ path }) => !paths.has(path)), ...drawn];
  const made = nextLinks(links, all, context.clock.now());
  const page = pageOf(plan, all, [...links, ...made]);
  try {
    for (const { path, bytes } of drawn) await writeOver(join(directory, path), bytes);
    for (const { path, text } of made) {
      const target = join(directory, path);
      await mkdir(dirname(target), { recursive: true });
      if (!(await placeFile(target, text))) throw new Error(`${path} has just been made by somebody else`);
    }
    await writeOver(join(directory, indexPath), page);
  } catch (cause) {
    throw reportErrors.not_written({ directory, why: messageOf(cause) }, { cause });
  }
  return {
    written: [...paths, ...made.map(({ path }) => path), indexPath].map((path) => `${plan.reports.directory}/${path}`),
  };
}
