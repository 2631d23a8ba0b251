import { readFile, writeFile } from "node:fs/promises";
import { jsonSchemaText } from "./json-schema.ts";
import { referenceText } from "./reference.ts";

/** Files of the repository that are made from the plan's schema, with the text that they must have. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["ithaca.schema.json", jsonSchemaText()],
    ["docs/plan-reference.md", referenceText()],
  ]);
}

/** Writes the generated files below a folder, and gives the paths of those that were out of date. */
export async function writeGeneratedFiles(root: URL): Promise<string[]> {
  const changed: string[] = [];
  for (const [path, text] of generatedFiles()) {
    const file = new URL(path, root);
    if ((await readFile(file, "utf8").catch(() => null)) === text) continue;
    await writeFile(file, text);
    changed.push(path);
  }
  return changed;
}
