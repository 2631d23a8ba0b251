import { access, readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const root = new URL("../", import.meta.url);

/** README and every document, by their paths. */
async function documents(): Promise<Map<string, string>> {
  const names = (await readdir(new URL("docs/", root))).filter((name) => name.endsWith(".md"));
  const paths = ["README.md", ...names.map((name) => `docs/${name}`)];
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(new URL(path, root), "utf8")] as const)),
  );
}

/** The anchor that GitHub gives a heading. */
function anchor(heading: string): string {
  const words = heading.replaceAll(/[`*_]/g, "").trim().toLowerCase();
  return words.replaceAll(/[^\p{L}\p{N} -]/gu, "").replaceAll(" ", "-");
}

/** Files that a document names and that are not there, and headings that it points to in vain. */
async function broken(path: string, all: ReadonlyMap<string, string>): Promise<string[]> {
  const text = all.get(path) ?? "";
  const links = [...text.matchAll(/(?:\]\(|src(?:set)?=")(?!https?:|mailto:)([^)\s"]+)/g)].map(([, link = ""]) => link);
  const cited = [...text.matchAll(/`((?:src|scripts|test|sql)\/[\w./-]+\.(?:test\.ts|sql))`/g)].map(
    ([, file = ""]) => `/${file}`,
  );
  const bad = [...links, ...cited].map(async (link) => {
    const [file = "", heading] = link.split("#");
    const url = file.startsWith("/")
      ? new URL(file.slice(1), root)
      : new URL(file || path.split("/").at(-1) || "", new URL(path, root));
    const there = await access(url).then(
      () => true,
      () => false,
    );
    const target = all.get(url.href.slice(root.href.length));
    const found =
      heading === undefined ||
      target === undefined ||
      [...target.matchAll(/^#+ (.*)$/gm)].some(([, each = ""]) => anchor(each) === heading);
    return there && found ? [] : [`${path}: ${link}`];
  });
  return (await Promise.all(bad)).flat();
}

test("every link leads somewhere, and every test that a document cites is there", async () => {
  const all = await documents();
  const bad = await Promise.all([...all.keys()].map((path) => broken(path, all)));
  expect(bad.flat()).toEqual([]);
});

test("the list of documents names each of them", async () => {
  const all = await documents();
  const list = all.get("docs/README.md") ?? "";
  const missing = [...all.keys()].filter(
    (path) => path.startsWith("docs/") && path !== "docs/README.md" && !list.includes(`(${path.slice(5)})`),
  );
  expect(missing).toEqual([]);
});

test("the four lines that get data back are the same in README as in the document that a test runs", async () => {
  const all = await documents();
  const lines = (path: string) =>
    /^restic snapshots [^`]*/m
      .exec(all.get(path) ?? "")?.[0]
      .replaceAll(/ *#.*$/gm, "")
      .trim()
      .split("\n");
  expect(lines("README.md")).toHaveLength(4);
  expect(lines("README.md")).toEqual(lines("docs/vault.md"));
  // After a recovery was begun restic's latest is the damage.
  for (const path of ["README.md", "docs/vault.md", "docs/runbook.md"])
    expect(all.get(path)).toContain("`purpose=safety`");
});
