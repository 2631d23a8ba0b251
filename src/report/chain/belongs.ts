import { z } from "zod";
import { commonChain, indexPath } from "./link.ts";
import type { EvidenceFile } from "./types.ts";

const databaseName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/);
const withDatabase = z.object({ database: databaseName });

/** Whether a file of the folder is covered by the chain: all are, but the chain itself, the index and what is hidden. */
export function isEvidence(path: string): boolean {
  return path !== indexPath && !path.startsWith("chain/") && !path.split("/").some((part) => part.startsWith("."));
}

/** Files that are drawn anew with every run; the newest digest of such a path counts, older ones are in Git's history. */
export function isRedrawn(path: string): boolean {
  return path.startsWith("charts/");
}

/**
 * Files of which a later link may record a newer form. An incident or a disaster is written on until it is over, and the
 * lessons of an incident are added afterwards. Every form of it had to be recorded: what no link holds is found as altered.
 */
export function mayChange(path: string): boolean {
  return isRedrawn(path) || path.startsWith("incidents/") || path.startsWith("disasters/");
}

/** The database that a JSON file says it is about. */
function toldBy({ path, bytes }: EvidenceFile): string | null {
  if (!path.endsWith(".json")) return null;
  try {
    const parsed = withDatabase.safeParse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    return parsed.success ? parsed.data.database : null;
  } catch {
    return null;
  }
}

/** `audit/inner-odyssey/…`: a folder of that name under a folder that is no year. */
function namedBy(path: string): string | null {
  const [first = "", second, ...rest] = path.split("/");
  const parsed = databaseName.safeParse(second);
  return /^[a-z]/.test(first) && rest.length > 0 && parsed.success ? parsed.data : null;
}

/** A record's path without its ending: its JSON, its markdown and its pictures, light and dark, share it. */
export const stemOf = (path: string) => path.replace(/(\.dark)?\.[^./]*$/, "");

/**
 * Sorts files into chains: a JSON file says itself which database it is about, what stands beside it under the same name
 * belongs to it, and else the folder decides.
 *
 * @returns chains in the order of their names, each with its files in the order of their paths; what is no evidence is
 *   left out
 */
export function byChain(files: readonly EvidenceFile[]): Map<string, EvidenceFile[]> {
  const evidence = files.filter(({ path }) => isEvidence(path));
  const told = new Map(evidence.map((file) => [file.path, toldBy(file)]));
  const chains = new Map<string, EvidenceFile[]>();
  for (const file of evidence.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const { path } = file;
    const name = told.get(path) ?? told.get(`${stemOf(path)}.json`) ?? namedBy(path) ?? commonChain;
    chains.set(name, [...(chains.get(name) ?? []), file]);
  }
  return new Map([...chains].sort(([a], [b]) => (a < b ? -1 : 1)));
}
