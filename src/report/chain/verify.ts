import { isEvidence, mayChange } from "./belongs.ts";
import { linkAt, linkPath, readLink, sha256 } from "./link.ts";
import type { ChainHead, ChainLink, LinkFile } from "./types.ts";

/** A digest that somebody kept outside of the chain: in a mail, a backup, the audit table, the index. */
export interface Anchor {
  /** Of a link file. */
  readonly digest: string;
  /** Which link it is said to be that of; null where only the digest is known. */
  readonly link: { readonly database: string; readonly sequence: number } | null;
  /** Where it was kept, for people: "the newest backup in the vault". */
  readonly source: string;
}

/** One thing that is not as it was recorded. */
export interface ChainFinding {
  /** `rewritten`: the links agree with each other, and not with a digest that was kept elsewhere. */
  readonly kind: "altered" | "removed" | "inserted" | "rewritten";
  /** Relative to the reports' folder. */
  readonly path: string;
  /** A sentence without its full stop. */
  readonly why: string;
}

/** What the walk along all chains came to. */
export interface ChainVerification {
  readonly chains: readonly (ChainHead & { readonly files: number })[];
  /** Empty where nothing was changed. */
  readonly findings: readonly ChainFinding[];
  /** Files that were made here and not committed yet: no link can hold them. */
  readonly pending: readonly string[];
}

/** What is known of a reports' folder. */
export interface ChainEvidence {
  /** Every file of the folder with its SHA-256. */
  readonly files: ReadonlyMap<string, string>;
  readonly links: readonly LinkFile[];
  readonly anchors?: readonly Anchor[];
  /** Files that Git does not track. */
  readonly uncommitted?: ReadonlySet<string>;
}

const short = (digest: string) => `sha256:${digest.slice(0, 12)}`;

/** A link with what is needed to compare it with its neighbours. */
interface Placed {
  readonly path: string;
  readonly sequence: number;
  readonly digest: string;
  /** Null where it cannot be read. */
  readonly link: ChainLink | null;
}

/** The links by chain, each chain in order. */
function placed(links: readonly LinkFile[]): Map<string, Placed[]> {
  const chains = new Map<string, Placed[]>();
  for (const { path, text } of links) {
    const at = linkAt(path);
    if (at === null) continue;
    const read = readLink(text);
    const link = read !== null && read.database === at.database && read.sequence === at.sequence ? read : null;
    const chain = chains.get(at.database) ?? [];
    chains.set(at.database, [...chain, { path, sequence: at.sequence, digest: sha256(text), link }]);
  }
  for (const chain of chains.values()) chain.sort((a, b) => a.sequence - b.sequence);
  return new Map([...chains].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Is every link there, whole, and made after the one before it? */
function walk(database: string, chain: readonly Placed[]): ChainFinding[] {
  const findings: ChainFinding[] = [];
  const bySequence = new Map(chain.map((each) => [each.sequence, each]));
  for (let sequence = 1; sequence <= (chain.at(-1)?.sequence ?? 0); sequence++) {
    const here = bySequence.get(sequence);
    const path = linkPath(database, sequence);
    if (here === undefined) {
      findings.push({ kind: "removed", path, why: "a link of the chain is missing, and later ones are there" });
      continue;
    }
    if (here.link === null) {
      findings.push({ kind: "altered", path, why: "it is no longer a link of this place in the chain" });
      continue;
    }
    const before = bySequence.get(sequence - 1);
    const expected = before?.digest ?? null;
    if ((sequence > 1 && before === undefined) || here.link.previous === expected) continue;
    findings.push(
      before === undefined
        ? { kind: "altered", path, why: "it is the first link and names one before it" }
        : {
            kind: "altered",
            path: before.path,
            why: `it is ${short(before.digest)}, and ${path} was made after ${short(here.link.previous ?? "none")}: one of the two was changed`,
          },
    );
  }
  return findings;
}

/** The digest of every file that any link names, and what speaks against the links' being the ones that were made. */
function recorded(chains: ReadonlyMap<string, readonly Placed[]>): {
  files: Map<string, { sha256: string; by: string }>;
  findings: ChainFinding[];
} {
  const files = new Map<string, { sha256: string; by: string }>();
  const findings: ChainFinding[] = [];
  for (const { path: by, link } of [...chains.values()].flat()) {
    for (const { path, sha256: digest } of link?.files ?? []) {
      const earlier = files.get(path);
      if (earlier !== undefined && earlier.sha256 !== digest && !mayChange(path)) {
        findings.push({
          kind: "altered",
          path,
          why: `${earlier.by} recorded ${short(earlier.sha256)}, and ${by} another: evidence is written once`,
        });
        continue;
      }
      files.set(path, { sha256: digest, by });
    }
  }
  return { files, findings };
}

/** Do the files of the folder have the recorded digests? */
function compare(
  { files, uncommitted }: ChainEvidence,
  recordedFiles: ReadonlyMap<string, { sha256: string; by: string }>,
): { findings: ChainFinding[]; pending: string[] } {
  const findings: ChainFinding[] = [];
  const pending: string[] = [];
  for (const [path, { sha256: expected, by }] of recordedFiles) {
    const actual = files.get(path);
    if (actual === undefined) findings.push({ kind: "removed", path, why: `${by} recorded it, and it is gone` });
    else if (actual !== expected) {
      const why = `it is ${short(actual)}, and ${by} recorded ${short(expected)}`;
      findings.push({ kind: "altered", path, why });
    }
  }
  for (const path of files.keys()) {
    const known = recordedFiles.has(path) || (path.startsWith("chain/") && linkAt(path) !== null);
    if (known || !(isEvidence(path) || path.startsWith("chain/"))) continue;
    if (uncommitted?.has(path)) pending.push(path);
    else findings.push({ kind: "inserted", path, why: "no link holds it" });
  }
  return { findings, pending };
}

/** Does the chain still lead to the digests that were kept elsewhere? */
function compareAnchors(anchors: readonly Anchor[], chains: ReadonlyMap<string, readonly Placed[]>): ChainFinding[] {
  const all = [...chains.values()].flat();
  return anchors.flatMap(({ digest, link, source }): ChainFinding[] => {
    if (link === null) {
      if (all.some((each) => each.digest === digest)) return [];
      return [{ kind: "rewritten", path: "chain", why: `no link is ${short(digest)}, which was kept in ${source}` }];
    }
    const path = linkPath(link.database, link.sequence);
    const actual = chains.get(link.database)?.find(({ sequence }) => sequence === link.sequence);
    if (actual?.digest === digest) return [];
    const now = actual === undefined ? "it is gone" : `it is ${short(actual.digest)}`;
    return [{ kind: "rewritten", path, why: `${now}, and ${source} has kept ${short(digest)}` }];
  });
}

/**
 * Walks along every chain of a reports' folder and compares each file with the digest that was recorded when it was
 * committed. Pure.
 *
 * What a chain alone cannot show is that its newest links were made anew together with the files: that takes a digest
 * that was kept elsewhere, an anchor.
 *
 * @returns which file was altered, removed or inserted, and which anchors the chain no longer leads to
 */
export function verifyChain(evidence: ChainEvidence): ChainVerification {
  const chains = placed(evidence.links);
  const { files, findings } = recorded(chains);
  const compared = compare(evidence, files);
  const walked = [...chains].flatMap(([database, chain]) => walk(database, chain));
  return {
    chains: [...chains].map(([database, chain]) => ({
      database,
      sequence: chain.at(-1)?.sequence ?? 0,
      digest: chain.at(-1)?.digest ?? "",
      files: chain.reduce((sum, { link }) => sum + (link?.files.length ?? 0), 0),
    })),
    findings: [...walked, ...findings, ...compared.findings, ...compareAnchors(evidence.anchors ?? [], chains)],
    pending: compared.pending,
  };
}
