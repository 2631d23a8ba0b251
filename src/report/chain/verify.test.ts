import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linkFile, sha256 } from "./link.ts";
import { chainHead, chainHeads, nextLinks } from "./next-links.ts";
import type { EvidenceFile, LinkFile } from "./types.ts";
import { type Anchor, verifyChain } from "./verify.ts";

const file = (path: string, text: string): EvidenceFile => ({ path, bytes: Buffer.from(text) });
const at = new Date("2026-11-22T02:00:31Z");

/** A report in two forms, an entry of the audit log and a chart, as one commit brings them. */
const commit = (database: string, day: number): EvidenceFile[] => [
  file(`2026/11/${day}-daily-1.json`, JSON.stringify({ database, day })),
  file(`2026/11/${day}-daily-1.md`, `# Proven: ${database} ${day}`),
  file(`audit/${database}/2026/11/${day}/02-00-05.000-backup-1-4f1c2a9b-started.json`, `{"day":${day}}`),
  file("charts/sizes.svg", `<svg>${day}</svg>`),
];

/** A folder after some commits. */
function folder(commits: readonly (readonly EvidenceFile[])[]): { files: Map<string, Uint8Array>; links: LinkFile[] } {
  const files = new Map<string, Uint8Array>();
  const links: LinkFile[] = [];
  for (const added of commits) {
    links.push(...nextLinks(links, added, at));
    for (const { path, bytes } of added) files.set(path, bytes);
  }
  for (const { path, text } of links) files.set(path, Buffer.from(text));
  return { files, links };
}

/** What `reports verify` gives for a folder. */
function verify(files: ReadonlyMap<string, Uint8Array>, anchors: Anchor[] = [], uncommitted = new Set<string>()) {
  return verifyChain({
    files: new Map([...files].map(([path, bytes]) => [path, sha256(bytes)])),
    links: [...files]
      .filter(([path]) => path.startsWith("chain/"))
      .map(([path, bytes]) => ({ path, text: Buffer.from(bytes).toString("utf8") })),
    anchors,
    uncommitted,
  });
}

const week = [commit("shop", 21), [...commit("shop", 22), ...commit("forum", 22).slice(2, 3)], commit("shop", 23)];
const heads = (links: readonly LinkFile[]): Anchor[] =>
  chainHeads(links).map(({ digest, database, sequence }) => ({
    digest,
    link: { database, sequence },
    source: "a mail",
  }));

describe("links", () => {
  test("each database has a chain of its own, and each link names the one before it", () => {
    const { links } = folder(week);
    expect(links.map(({ path }) => path)).toEqual([
      "chain/_/000001.json",
      "chain/shop/000001.json",
      "chain/_/000002.json",
      "chain/forum/000001.json",
      "chain/shop/000002.json",
      "chain/_/000003.json",
      "chain/shop/000003.json",
    ]);
    const [first, second] = links.filter(({ path }) => path.startsWith("chain/shop/"));
    expect(JSON.parse(second?.text ?? "")).toMatchObject({ sequence: 2, previous: sha256(first?.text ?? "") });
    expect(chainHead(links, "shop")?.sequence).toBe(3);
    expect(chainHead(links, "nobody")).toBeNull();
  });

  test("a commit that lost a race is linked anew, after the one that won", () => {
    const { files, links } = folder([commit("shop", 21)]);
    const won = nextLinks(links, commit("shop", 22), at);
    const lost = nextLinks(links, commit("shop", 23), at);
    expect(lost.map(({ path }) => path)).toEqual(won.map(({ path }) => path));
    const branch = [...links, ...won];
    const again = nextLinks(branch, commit("shop", 23), at);
    for (const { path, bytes } of [...commit("shop", 22), ...commit("shop", 23)]) files.set(path, bytes);
    for (const { path, text } of [...won, ...again]) files.set(path, Buffer.from(text));
    expect(again.map(({ path }) => path)).toEqual(["chain/_/000003.json", "chain/shop/000003.json"]);
    expect(verify(files).findings).toEqual([]);
  });

  test("the index, links and hidden files are not linked, and nothing new makes no link", () => {
    const { links } = folder(week);
    expect(
      nextLinks(links, [file("README.md", "x"), file("chain/shop/000009.json", "{}"), file(".x/a", "")], at),
    ).toEqual([]);
    expect(nextLinks(links, week.flat().slice(0, 3), at)).toEqual([]);
  });
});

describe("what is found", () => {
  const { files, links } = folder(week);

  test("nothing, where nothing was touched", () => {
    expect(verify(files, heads(links))).toMatchObject({
      findings: [],
      pending: [],
      chains: [{ database: "_" }, { database: "forum", sequence: 1 }, { database: "shop", sequence: 3, files: 9 }],
    });
  });

  test("any byte of any file that is changed, with the file's name", () => {
    const paths = [...files.keys()];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.nat(), fc.integer({ min: 1, max: 255 }), (path, where, flip) => {
        const bytes = Uint8Array.from(files.get(path) ?? []);
        const index = where % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        const { findings } = verify(new Map([...files, [path, bytes]]), heads(links));
        const named = findings.filter((finding) => finding.path === path || finding.why.includes(path));
        return named.length > 0;
      }),
      { numRuns: 400 },
    );
  });

  test.each([...files.keys()])("that %s was removed", (path) => {
    const rest = new Map(files);
    rest.delete(path);
    const { findings } = verify(rest, heads(links));
    expect(findings.find((finding) => finding.path === path)?.kind).toMatch(/removed|rewritten/);
  });

  test("a file that no commit of ours brought; one that Git does not track yet is only waiting", () => {
    const more = new Map([...files, ["2026/11/24-daily-1.json", Buffer.from("{}")] as const]);
    expect(verify(more).findings).toEqual([
      { kind: "inserted", path: "2026/11/24-daily-1.json", why: "no link holds it" },
    ]);
    expect(verify(more, [], new Set(["2026/11/24-daily-1.json"]))).toMatchObject({
      findings: [],
      pending: ["2026/11/24-daily-1.json"],
    });
  });

  test("a report that was changed together with all the links after it, by a digest that was kept elsewhere", () => {
    const changed = week.map((added) =>
      added.map((each) => (each.path.includes("22-") ? file(each.path, "{}") : each)),
    );
    const forged = folder(changed);
    expect(verify(forged.files).findings).toEqual([]);
    expect(verify(forged.files, heads(links)).findings.map(({ kind }) => kind)).toContain("rewritten");
    const digest = chainHead(links, "shop")?.digest ?? "";
    expect(verify(files, [{ digest, link: null, source: "--expect" }]).findings).toEqual([]);
    expect(verify(forged.files, [{ digest, link: null, source: "--expect" }]).findings).toMatchObject([
      { kind: "rewritten" },
    ]);
  });

  test("a report that a later link records anew: evidence is written once", () => {
    const path = "2026/11/21-daily-1.md";
    const forged = file(path, "# Proven");
    const link = linkFile({
      format: 1,
      database: "shop",
      sequence: 4,
      previous: chainHead(links, "shop")?.digest ?? null,
      at: at.toISOString(),
      files: [{ path, sha256: sha256(forged.bytes) }],
    });
    const later = new Map([...files, [path, forged.bytes] as const, [link.path, Buffer.from(link.text)] as const]);
    expect(verify(later).findings.map((finding) => finding.path)).toContain(path);
  });
});
