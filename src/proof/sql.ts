import { readFile } from "node:fs/promises";

const folder = new URL("../../sql/proof/", import.meta.url);
const read = new Map<string, Promise<string>>();

/** The text of one file of sql/proof/, read once. */
export function proofSql(file: string): Promise<string> {
  const known = read.get(file) ?? readFile(new URL(file, folder), "utf8");
  read.set(file, known);
  return known;
}
