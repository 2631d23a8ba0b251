import { readdir, readFile, writeFile } from "node:fs/promises";
import { actionReadme } from "./readme.ts";

/** The folders of all actions. */
export async function actionFolders(root: URL): Promise<string[]> {
  const found = await readdir(new URL("actions/", root), { withFileTypes: true });
  return found
    .filter((item) => item.isDirectory() && item.name !== "shared")
    .map(({ name }) => name)
    .sort();
}

/** The READMEs of all actions by path, with the text that they must have. */
export async function actionReadmes(root: URL): Promise<ReadonlyMap<string, string>> {
  const texts = (await actionFolders(root)).map(async (folder): Promise<[string, string]> => {
    const text = await readFile(new URL(`actions/${folder}/action.yml`, root), "utf8");
    return [`actions/${folder}/README.md`, actionReadme(folder, text)];
  });
  return new Map(await Promise.all(texts));
}

/** Writes the READMEs, and gives the paths of those that were out of date. */
export async function writeActionReadmes(root: URL): Promise<string[]> {
  const changed: string[] = [];
  for (const [path, text] of await actionReadmes(root)) {
    const file = new URL(path, root);
    if ((await readFile(file, "utf8").catch(() => null)) === text) continue;
    await writeFile(file, text);
    changed.push(path);
  }
  return changed;
}
